package org.aragora.telemetry.chassis.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransactionBackoffTest {

  @Test
  void waitsOfTenToAHundredMillisecondsArePut() {
    Map<String, Object> client = new HashMap<>(Map.of("acks", "all"));
    TransactionBackoff.putInto(client, "");
    assertThat(client)
        .hasSize(3)
        .containsEntry("retry.backoff.ms", 10L)
        .containsEntry("retry.backoff.max.ms", 100L);
  }

  @Test
  void eitherValueOfTheUserLeavesBothToKafka() {
    Map<String, Object> first = new HashMap<>(Map.of("retry.backoff.ms", "50"));
    TransactionBackoff.putInto(first, "");
    assertThat(first).containsOnlyKeys("retry.backoff.ms");
    Map<String, Object> last = new HashMap<>(Map.of("retry.backoff.max.ms", "5000"));
    TransactionBackoff.putInto(last, "producer.");
    assertThat(last).containsOnlyKeys("retry.backoff.max.ms");
  }
}
