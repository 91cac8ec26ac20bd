package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.PrometheusProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A series that ends and returns, as a real Prometheus sees it. */
class ITSeriesEnd {
  /** Five seconds. */
  private static final String RETENTION_DAYS = "0.00005787";

  private static final String SERIES =
      "aragora_requests_total{endpoint=\"/end\",method=\"GET\",status=\"200\"}";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @TempDir Path directory;

  private int sent;

  @BeforeAll
  static void prometheusIsHere() {
    assumeTrue(
        PrometheusProcess.isInstalled(),
        "prometheus is not on the path; bin/verify says how to get it");
  }

  @Test
  void rateAndIncreaseAreExactOverAnEndAndAReturn() throws Exception {
    kafka.createTopics(2);
    long from = System.currentTimeMillis() / 1000;
    try (Pipe pipe =
        new Pipe(kafka.bootstrapServers(), kafka.prefix())
            .with("BIRTH_SECONDS", "3")
            .with("SERIES_RETENTION_DAYS", RETENTION_DAYS)) {
      ProcessorService processor = pipe.start();
      try (PrometheusProcess prometheus = prometheus(processor.metricsPort())) {
        await()
            .atMost(Pipe.PATIENCE)
            .until(() -> prometheus.query("up == 1", System.currentTimeMillis()).size() == 1);
        count(pipe, 7);
        await().atMost(Pipe.PATIENCE).until(() -> pipe.page().value(SERIES) == 7);
        othersGoOn(pipe, () -> !pipe.page().has(SERIES));
        assertThat(records(pipe)).as("records of the series that are left").isZero();
        assertThat(
                pipe.page()
                    .value(
                        "aragora_telemetry_series_retired_total{metric=\"aragora_requests_total\"}"))
            .isGreaterThanOrEqualTo(2);
        count(pipe, 5);
        await().atMost(Pipe.PATIENCE).until(() -> pipe.page().has(SERIES));
        assertThat(pipe.page().value(SERIES)).as("a new series").isIn(0.0, 5.0);
        await().atMost(Pipe.PATIENCE).until(() -> pipe.page().value(SERIES) == 5);
        await().atMost(Pipe.PATIENCE).until(() -> growth(prometheus, from) == 12);
        assertThat(
                prometheus
                    .query("increase(" + SERIES + "[10m])", System.currentTimeMillis())
                    .get(0)
                    .value())
            .as("extrapolated to the end of the range")
            .isCloseTo(12, within(1.2));
        assertThat(prometheus.query("resets(" + SERIES + "[10m])", System.currentTimeMillis()))
            .singleElement()
            .extracting(PrometheusProcess.Result::value)
            .isEqualTo(1.0);
      }
    }
  }

  /** Sums of the rises, a fall counting as a new beginning at 0. */
  private static double growth(PrometheusProcess prometheus, long from)
      throws IOException, InterruptedException {
    NavigableMap<Long, Double> values =
        prometheus.range(SERIES, from, System.currentTimeMillis() / 1000, 1);
    double before = 0;
    double growth = 0;
    for (double value : values.values()) {
      growth += value >= before ? value - before : value;
      before = value;
    }
    return growth;
  }

  private void count(Pipe pipe, int requests) {
    for (int i = 0; i < requests; i++) {
      send(pipe, i % 2, "/end");
    }
  }

  /** The partitions move on with other requests until a condition holds. */
  private void othersGoOn(Pipe pipe, java.util.concurrent.Callable<Boolean> until) {
    await()
        .atMost(Pipe.PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .until(
            () -> {
              send(pipe, 0, "/other");
              send(pipe, 1, "/other");
              return until.call();
            });
  }

  private void send(Pipe pipe, int partition, String endpoint) {
    String data =
        "{\"request_id\":\"r\",\"method\":\"GET\",\"endpoint\":\"%s\",\"status\":200,\"duration_seconds\":0.02}"
            .formatted(endpoint);
    pipe.send(
        "requests",
        partition,
        null,
        TestEvents.event("r" + sent++, "request.completed.v1", Instant.now(), data));
  }

  /** Records of the series whose last value was not deleted. */
  private static long records(Pipe pipe) {
    Map<Bytes, byte[]> last = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : pipe.read("metrics")) {
      last.put(Bytes.wrap(record.key()), record.value());
    }
    last.values().removeIf(java.util.Objects::isNull);
    return last.keySet().stream()
        .map(key -> MetricsKey.fromBytes(key.get()))
        .filter(
            key ->
                key instanceof MetricsKey.Partial part
                        && part.series().labelValues().contains("/end")
                    || key instanceof MetricsKey.Ripe mark
                        && mark.series().labelValues().contains("/end"))
        .count();
  }

  private PrometheusProcess prometheus(int metricsPort) throws IOException, InterruptedException {
    return PrometheusProcess.start(
        directory,
        """
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: aragora-telemetry
            static_configs: [{targets: ['127.0.0.1:%d']}]
        """
            .formatted(metricsPort));
  }
}
