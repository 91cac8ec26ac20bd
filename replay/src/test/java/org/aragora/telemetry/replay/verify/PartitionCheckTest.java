package org.aragora.telemetry.replay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class PartitionCheckTest {
  private static final CountingRules RULES =
      new CountingRules(
          Duration.ofSeconds(60),
          Duration.ofSeconds(300),
          Duration.ofHours(1),
          2000,
          10_000,
          Duration.ofDays(7),
          Duration.ZERO,
          false,
          text -> text);

  @Test
  void noWindowIsWholeBeforeTheFirstRecordThatIsLeftWasRead() {
    LiveTask live = new LiveTask();
    live.values.put(
        new ValueKey(new SeriesKey("aragora_elo_updates_total", List.of()), 29_000_000, 0),
        new PartialValue(0, 60, 0, 0, new byte[] {1, 2}));
    PartitionCheck check =
        new PartitionCheck(
            new InputPartition(InputTopic.DEBATES, 0),
            live,
            PartitionCounters.of(RULES, "aragora."),
            new PartitionCheck.Scope(100, 200, 60_000, 0));
    check.pause(100); // a poll without records
    assertThat(check.differences()).isEmpty();
    assertThat(check.counts().windows()).isZero();
  }
}
