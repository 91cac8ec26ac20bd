package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A release whose metrics differ from the previous one: docs/how-to/replay.md. */
class ITGenerationOfARelease {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static final int PARTITIONS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private LiveService service;
  private EarlierRelease before;
  private ReplayLoad load;

  @BeforeEach
  void anEarlierReleaseHasCounted() {
    kafka.createTopics(PARTITIONS);
    service = new LiveService(kafka.bootstrapServers(), kafka.prefix(), PARTITIONS);
    before = new EarlierRelease(kafka.bootstrapServers(), kafka.prefix());
    Instant start = Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(90, ChronoUnit.MINUTES);
    load = new ReplayLoad(kafka.bootstrapServers(), kafka.prefix(), PARTITIONS, 7, start, 600_000);
    load.write(500);
    try (ProcessorService processor = service.start()) {
      service.awaitCounted();
      assertThat(processor.stopped()).isNotDone();
    }
  }

  private MetricDescriptor metric(String name) {
    return PartitionCounters.of(service.config().rules(), "aragora.").metrics().stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void changedBoundsAreRefusedThenCountedAnewAndServedWithTheirHistory() {
    before.hadOtherBoundsOf(metric("aragora_request_duration_seconds"));
    try (ProcessorService refused = service.start()) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(LocalHttp.get(refused.metricsPort(), "/health/ready", PATIENCE).body())
                      .contains(
                          "aragora_request_duration_seconds is now a",
                          "replay --output generation"));
    }
    service.awaitNobodyCounts();

    assertThat(service.replay("--output", "generation").exitCode()).isZero();
    assertThat(service.replay("promote", "1").out()).contains("No processor is running");
    load.write(100);

    assertServed("aragora_request_duration_seconds_count");
  }

  @Test
  void newMetricIsServedWithItsHistory() {
    before.didNotHave(metric("aragora_requests_total"));
    try (ProcessorService later = service.start()) {
      service.awaitCounted();
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  MetricsPage.of(later.metricsPort())
                          .count("aragora_instance_requests_total", Map.of())
                      > 0);
      assertThat(MetricsPage.of(later.metricsPort()).count("aragora_requests_total", Map.of()))
          .as("it starts at zero")
          .isZero();

      assertThat(service.replay("--output", "generation").exitCode()).isZero();
      assertThat(service.replay("promote", "1").out()).contains("All processors count into it.");
      load.write(100);
      service.awaitCounted(new Generation(1));
    }
    assertServed("aragora_requests_total");
  }

  private void assertServed(String metric) {
    try (ProcessorService after = service.start()) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  MetricsPage.of(after.metricsPort()).count(metric, Map.of())
                      == load.requests().size());
      assertThat(after.stopped()).isNotDone();
    }
    assertThat(service.replay("--verify").out()).endsWith(": no difference.\n");
    load.close();
  }
}
