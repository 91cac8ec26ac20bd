package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Test;

class QuickstartTest {

  private static final Map<TopicPartition, Long> WRITTEN =
      Map.of(
          new TopicPartition("aragora.logs", 0), 10L,
          new TopicPartition("aragora.logs", 1), 20L,
          new TopicPartition("aragora.debates", 0), 7L);

  @Test
  void whatTheCountsDoNotContainIsUnreadWhateverLagThePageHas() {
    MetricsPage page =
        MetricsPage.parse(
            """
            aragora_telemetry_consumed_offset{topic="aragora.logs",partition="0"} 4
            aragora_telemetry_consumed_offset{topic="aragora.logs",partition="1"} 21
            aragora_telemetry_lag_records{topic="aragora.logs",partition="0"} 0
            """);

    assertThat(Quickstart.unread(page, "aragora.logs", WRITTEN)).isEqualTo(6);
  }

  @Test
  void partitionThatIsNotServedIsUnread() {
    MetricsPage page =
        MetricsPage.parse(
            "aragora_telemetry_consumed_offset{topic=\"aragora.logs\",partition=\"1\"} 20\n");

    assertThat(Quickstart.unread(page, "aragora.logs", WRITTEN)).isEqualTo(10);
    assertThat(Quickstart.unread(page, "aragora.debates", WRITTEN)).isEqualTo(7);
    assertThat(Quickstart.unread(page, "aragora.requests", WRITTEN)).isZero();
  }
}
