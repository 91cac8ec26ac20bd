package org.aragora.telemetry.processor.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class TakeoverProgressTest {
  private static final InputPartition A = new InputPartition(InputTopic.LOGS, 0);
  private static final InputPartition B = new InputPartition(InputTopic.LOGS, 1);

  @Test
  void aGenerationHasCaughtUpAtTheOffsetThatTheOtherOneReached() {
    assertThat(TakeoverProgress.hasReached(Map.of(A, 5L), Map.of(A, readTo(4)))).isTrue();
    assertThat(TakeoverProgress.hasReached(Map.of(A, 5L), Map.of(A, readTo(3)))).isFalse();
  }

  @Test
  void everyPartitionMustHaveCaughtUp() {
    assertThat(TakeoverProgress.hasReached(Map.of(A, 5L, B, 5L), Map.of(A, readTo(9)))).isFalse();
    assertThat(
            TakeoverProgress.hasReached(Map.of(A, 5L, B, 5L), Map.of(A, readTo(9), B, readTo(4))))
        .isTrue();
  }

  private static Ledger readTo(long offset) {
    Ledger ledger = new Ledger();
    ledger.recordRead(offset, 0);
    return ledger;
  }
}
