package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.NavigableMap;
import java.util.function.Predicate;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.PrometheusProcess;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ITBackfill {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static final Instant START =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(90, ChronoUnit.MINUTES);

  @TempDir private Path directory;
  private LiveService service;
  private ReplayLoad load;
  private Path data;

  @BeforeEach
  void writeEvents() throws Exception {
    Assumptions.assumeTrue(
        PrometheusProcess.isInstalled(),
        "Skipped: prometheus and promtool are not installed (apt-get install prometheus).");
    kafka.createTopics(3);
    service = new LiveService(kafka.bootstrapServers(), kafka.prefix(), 3);
    load = new ReplayLoad(kafka.bootstrapServers(), kafka.prefix(), 3, 4, START, 600_000);
    load.write(3000);
    load.close();
    data = Files.createDirectory(directory.resolve("data"));
  }

  private void backfill(String... more) throws Exception {
    Path file = directory.resolve("history.om");
    java.util.List<String> arguments =
        new java.util.ArrayList<>(
            java.util.List.of("--output", "openmetrics", "--file", file.toString()));
    arguments.addAll(java.util.List.of(more));
    assertThat(service.replay(arguments.toArray(new String[0])).err()).isEmpty();
    PrometheusProcess.createBlocks(file, data);
  }

  /** Requests before a minute, in the order of their event times. */
  private double count(Predicate<ReplayLoad.Request> wanted, long beforeSeconds) {
    return load.requests().stream()
        .filter(wanted)
        .filter(request -> request.time().isBefore(Instant.ofEpochSecond(beforeSeconds)))
        .count();
  }

  @Test
  void everyFullMinuteHasExactlyTheTrueValues() throws Exception {
    backfill();
    long from = START.getEpochSecond();
    long to = from + 29 * 60;
    try (PrometheusProcess prometheus = PrometheusProcess.start(directory, "global: {}\n")) {
      NavigableMap<Long, Double> requests =
          prometheus.range(
              "aragora_requests_total{job=\"aragora-telemetry\",instance=\"aragora-telemetry\",method=\"GET\",status=\"200\"}",
              from,
              to,
              60);
      NavigableMap<Long, Double> fast =
          prometheus.range(
              "sum(aragora_request_duration_seconds_bucket{le=\"0.5\"})", from, to, 60);
      NavigableMap<Long, Double> sums =
          prometheus.range("sum(aragora_request_duration_seconds_sum)", from, to, 60);

      assertThat(requests).hasSize(30);
      requests.forEach(
          (time, value) ->
              assertThat(value)
                  .isEqualTo(count(r -> r.method().equals("GET") && r.status() == 200, time)));
      fast.forEach(
          (time, value) -> assertThat(value).isEqualTo(count(r -> r.millis() <= 500, time)));
      // Two series are added by Prometheus as doubles: the nearest double to each is exact, the sum
      // of two is off by one bit at most.
      sums.forEach(
          (time, value) ->
              assertThat(value)
                  .isCloseTo(seconds(time), org.assertj.core.data.Offset.offset(1e-9)));
    }
  }

  private double seconds(long beforeSeconds) {
    return load.requests().stream()
        .filter(request -> request.time().isBefore(Instant.ofEpochSecond(beforeSeconds)))
        .map(request -> BigDecimal.valueOf(request.millis(), 3))
        .reduce(BigDecimal.ZERO, BigDecimal::add)
        .doubleValue();
  }

  @Test
  void seamBetweenHistoryAndLiveIsContinuous() throws Exception {
    try (ProcessorService processor = service.start()) {
      service.awaitCounted();
      long now = Instant.now().getEpochSecond();
      // Everything was appended and counted by now, so that much earlier than usual can be asked.
      backfill("--before", Instant.ofEpochSecond(now + 40).toString());
      String target = "127.0.0.1:" + processor.metricsPort();
      try (PrometheusProcess prometheus =
          PrometheusProcess.start(
              directory,
              """
              scrape_configs:
                - job_name: aragora-telemetry
                  scrape_interval: 1s
                  static_configs:
                    - targets: ['%s']
                      labels: {instance: aragora-telemetry}
              """
                  .formatted(target))) {
        String query = "aragora_requests_total{method=\"GET\",status=\"200\"}";
        await()
            .atMost(Duration.ofMinutes(3))
            .until(() -> !prometheus.range(query, now + 1, now + 120, 1).isEmpty());
        long end = Instant.now().getEpochSecond();
        double truth = count(r -> r.method().equals("GET") && r.status() == 200, end);

        NavigableMap<Long, Double> counted = prometheus.range(query, now - 3600, end, 20);
        NavigableMap<Long, Double> series =
            prometheus.range("count(aragora_requests_total)", now - 3600, end, 20);
        NavigableMap<Long, Double> buckets =
            prometheus.range("count(aragora_request_duration_seconds_bucket)", now - 3600, end, 20);
        NavigableMap<Long, Double> growth =
            prometheus.range("increase(aragora_requests_total[30m])", end, end, 20);

        assertThat(counted.size()).isGreaterThan(170);
        assertThat(counted.values()).allMatch(value -> value == truth);
        assertThat(series.values()).containsOnly(4.0);
        assertThat(buckets.values()).containsOnly(20.0);
        assertThat(growth.values()).allMatch(value -> value == 0);
      }
    }
  }
}
