package org.aragora.telemetry.exporter.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chassis.page.PageContent;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.health.ExporterHealth;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.junit.jupiter.api.Test;

class ExporterPageTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TopicPartition ONE = new TopicPartition("aragora.debates", 0);
  private static final TopicPartition OTHER = new TopicPartition("aragora.debates", 3);
  private static final TopicPartition LOST = new TopicPartition("aragora.requests", 1);

  private final Clock clock = Clock.fixed(Instant.ofEpochSecond(1_000_061), ZoneOffset.UTC);
  private final ExporterMetrics metrics =
      new ExporterMetrics("spans", List.of("aragora.debates"), new PrometheusRegistry(), clock);
  private final ExporterPage page =
      new ExporterPage(
          "spans",
          "aragora-telemetry-spans",
          new ExporterHealth(Duration.ofSeconds(60)),
          metrics::figures);

  private void work() {
    metrics.lag(
        Map.of(ONE, 12L, OTHER, 0L),
        Map.of(ONE, 5L, OTHER, 0L),
        Map.of("aragora.debates", 1_000_000_000L));
    metrics.exported(ONE);
    metrics.exported(ONE);
    metrics.skipped(ONE, "no_span");
    metrics.deadLettered(ONE, Answer.Reason.REJECTED);
    for (int i = 0; i < 3; i++) {
      metrics.retried("http_503");
    }
    metrics.acknowledgedItems(1500);
    metrics.inFlight(9, 4);
  }

  @Test
  void snapshotHoldsEveryFigureByPartition() throws Exception {
    work();
    ObjectNode actual = (ObjectNode) JSON.readTree(page.get().json());
    actual.put("timeMs", 0);
    assertThat(actual)
        .isEqualTo(
            JSON.readTree(
                Path.of("src/test/resources/org/aragora/telemetry/exporter/page/snapshot.json")
                    .toFile()));
  }

  @Test
  void rowsHoldTheSameForABrowserWithoutJavaScript() {
    work();
    assertThat(page.get().rows())
        .contains(
            new PageContent.Row("Not ready", "Kafka: it has not joined its consumer group yet."),
            new PageContent.Row("Lag", "61.0 s, 12 records"),
            new PageContent.Row("Exported spans", "1,500"),
            new PageContent.Row("Records parked until the next attempt", "4"),
            new PageContent.Row("Batches retried", "3"),
            new PageContent.Row("Dead letters", "1"),
            new PageContent.Row(
                "aragora.debates-0",
                "lag 12, held back 5, exported 2, left out 1, dead letters 1"));
  }

  @Test
  void figureThatIsNotMeasuredIsNotZero() throws Exception {
    assertThat(JSON.readTree(page.get().json()).path("lagSeconds").isNull()).isTrue();
    assertThat(page.get().rows()).contains(new PageContent.Row("Lag", "not measured yet"));
  }

  @Test
  void partitionThatWasLostKeepsItsCountsWithoutALag() {
    metrics.lag(Map.of(LOST, 7L), Map.of(LOST, 0L), Map.of());
    metrics.exported(LOST);
    metrics.lag(Map.of(ONE, 1L), Map.of(ONE, 0L), Map.of());
    assertThat(metrics.figures().partitions())
        .extracting(
            each -> each.topic() + each.partition() + " " + each.lag() + " " + each.exported())
        .containsExactly("aragora.debates0 1 0", "aragora.requests1 0 1");
    assertThat(metrics.figures().owned()).isEqualTo(1);
  }
}
