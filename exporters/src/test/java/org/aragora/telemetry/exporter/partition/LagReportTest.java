package org.aragora.telemetry.exporter.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LagReportTest {

  private static final TopicPartition P0 = new TopicPartition("aragora.requests", 0);
  private static final TopicPartition P1 = new TopicPartition("aragora.requests", 1);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Clock clock = Clock.fixed(Instant.ofEpochSecond(1000), ZoneOffset.UTC);
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final Map<TopicPartition, EndOffsets.End> ends = new HashMap<>();
  private final EndOffsets endOffsets =
      new EndOffsets(partitions -> CompletableFuture.completedFuture(Map.copyOf(ends)), () -> {});
  private final LagReport report =
      new LagReport(
          consumer,
          endOffsets,
          new ExporterMetrics("logs", List.of("aragora.requests"), registry, clock),
          clock);
  private final PartitionOffsets first = new PartitionOffsets(P0, 900_000);
  private final PartitionOffsets second = new PartitionOffsets(P1, 980_000);

  @BeforeEach
  void assign() {
    consumer.assign(List.of(P0, P1));
    consumer.updateBeginningOffsets(Map.of(P0, 0L, P1, 0L));
    consumer.updateEndOffsets(Map.of(P0, 0L, P1, 0L));
    consumer.seek(P0, 0);
    consumer.seek(P1, 0);
  }

  /** The answer to one look is in the next. */
  private void refresh() {
    report.refresh(List.of(first, second));
    report.refresh(List.of(first, second));
  }

  private Map<String, Double> gauge(String name) {
    Map<String, Double> values = new HashMap<>();
    registry.scrape(found -> found.endsWith(name)).stream()
        .flatMap(metric -> ((GaugeSnapshot) metric).getDataPoints().stream())
        .forEach(
            point ->
                values.put(
                    point.getLabels().contains("partition")
                        ? point.getLabels().get("partition")
                        : point.getLabels().get("topic"),
                    point.getValue()));
    return values;
  }

  @Test
  void nothingToReadIsNoLag() {
    refresh();
    assertThat(gauge("lag_records")).isEqualTo(Map.of("0", 0.0, "1", 0.0));
    assertThat(gauge("lag_seconds")).isEqualTo(Map.of("aragora.requests", 0.0));
  }

  @Test
  void theLargerOfTheTwoAnswersIsUnread() {
    consumer.updateEndOffsets(Map.of(P0, 5L, P1, 5L));
    ends.put(P0, new EndOffsets.End(9, 9));
    ends.put(P1, new EndOffsets.End(2, 2));
    refresh();
    assertThat(gauge("lag_records")).isEqualTo(Map.of("0", 9.0, "1", 5.0));
    assertThat(gauge("lag_seconds")).isEqualTo(Map.of("aragora.requests", 100.0));
  }

  @Test
  void theAgeOfATopicIsThatOfItsOldestPartitionWithLag() {
    ends.put(P1, new EndOffsets.End(2, 2));
    refresh();
    assertThat(gauge("lag_seconds")).isEqualTo(Map.of("aragora.requests", 20.0));
    ends.put(P0, new EndOffsets.End(2, 2));
    refresh();
    assertThat(gauge("lag_seconds")).isEqualTo(Map.of("aragora.requests", 100.0));
    ends.remove(P1);
    refresh();
    assertThat(gauge("lag_seconds")).isEqualTo(Map.of("aragora.requests", 100.0));
  }

  @Test
  void whatAnOpenTransactionHoldsBackIsLag() {
    ends.put(P0, new EndOffsets.End(0, 3));
    refresh();
    assertThat(gauge("lag_records")).isEqualTo(Map.of("0", 3.0, "1", 0.0));
    assertThat(gauge("unstable_records")).isEqualTo(Map.of("0", 3.0, "1", 0.0));
    assertThat(first.oldestTimestampMs(false)).isEqualTo(1_000_000);
    ends.put(P0, new EndOffsets.End(3, 3));
    consumer.seek(P0, 3);
    refresh();
    assertThat(first.oldestTimestampMs(false)).isZero();
  }
}
