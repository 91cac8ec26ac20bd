package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class PollBudgetTest {
  private static final int BUDGET = 100;

  private final PollBudget budget = new PollBudget(BUDGET);
  private final BoundedRecords.Bounded keys = new BoundedRecords.Bounded("k", 1000, budget);
  private final BoundedRecords.Bounded values = new BoundedRecords.Bounded("v", 1000, budget);

  @Test
  void aRecordIsReadWholeAndTheNextOneWaitsForTheNextPoll() {
    budget.renew();
    read(new RecordHeaders(), 90, 300);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> read(new RecordHeaders(), 1, 1))
          .isInstanceOf(SerializationException.class);
    }
    budget.renew();
    read(new RecordHeaders(), 1, 1);
  }

  @Test
  void headersCountToo() {
    budget.renew();
    read(new RecordHeaders().add("h", new byte[BUDGET]), 200, 1);
    assertThatThrownBy(() -> read(new RecordHeaders(), 1, 1))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void smallRecordsAreReadUntilTheBudgetIsUsedUp() {
    budget.renew();
    int read = 0;
    try {
      while (true) {
        read(new RecordHeaders(), 2, 8);
        read++;
      }
    } catch (SerializationException e) {
      assertThat(read).isEqualTo(BUDGET / 10);
    }
  }

  private void read(Headers headers, int keyBytes, int valueBytes) {
    keys.deserialize("t", headers, ByteBuffer.wrap(new byte[keyBytes]));
    values.deserialize("t", headers, ByteBuffer.wrap(new byte[valueBytes]));
  }
}
