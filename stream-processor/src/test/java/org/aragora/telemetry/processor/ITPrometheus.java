package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.PrometheusProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus scrapes the processor and answers the user's own queries. */
class ITPrometheus {
  /**
   * The user's dashboard and alert expressions, their time constants shortened to what a test can
   * wait for.
   */
  private static final List<String> QUERIES =
      List.of(
          "sum(rate(aragora_requests_total[1m]))",
          "sum(rate(aragora_requests_total{status=~\"5..\"}[1m])) / sum(rate(aragora_requests_total[1m])) * 100",
          "histogram_quantile(0.99, sum(rate(aragora_request_duration_seconds_bucket[1m])) by (le))",
          "histogram_quantile(0.50, sum(rate(aragora_request_duration_seconds_bucket[1m])) by (le))",
          "aragora_active_debates",
          "aragora_websocket_connections",
          "sum(rate(aragora_agent_calls_total[1m])) by (agent, status)",
          "sum(rate(aragora_requests_total{status=~\"5..\"}[1m])) / sum(rate(aragora_requests_total[1m])) > 0.01",
          "rate(aragora_debate_timeouts_total[1m]) > 0.1",
          "sum(rate(aragora_consensus_reached_total[1m])) / sum(rate(aragora_debates_completed_total[1m])) < 0.5",
          "sum(increase(aragora_debate_duration_seconds_count[1m])) by (outcome)",
          "topk(10, aragora_agent_elo_rating)");

  private static final String SPAN = "00f067aa0ba902b7";
  private static final Map<String, String> LATEST =
      Map.of("trace_id", "3".repeat(32), "span_id", SPAN);

  /** Upper by lower limit of a bucket of schema 3. */
  private static final double FACTOR = Math.pow(2, 1.0 / 8);

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @TempDir Path directory;

  @BeforeAll
  static void prometheusIsHere() {
    assumeTrue(
        PrometheusProcess.isInstalled(),
        "prometheus is not on the path; bin/verify says how to get it");
  }

  @Test
  void prometheusAnswersTheUsersQueriesAlsoWhenConsensusIsNeverReached() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe =
        new Pipe(kafka.bootstrapServers(), kafka.prefix()).with("BIRTH_SECONDS", "3")) {
      ProcessorService processor = pipe.start();
      assertPromtoolIsContent(processor.metricsPort());
      try (PrometheusProcess prometheus = prometheus(processor.metricsPort())) {
        for (int wave = 0; wave < 2; wave++) {
          int sent = wave;
          emit(pipe, sent);
          await()
              .atMost(Pipe.PATIENCE)
              .until(
                  () ->
                      value(prometheus, "sum(aragora_debates_completed_total)")
                          == (sent + 1) * 20.0);
        }
        await()
            .atMost(Pipe.PATIENCE)
            .untilAsserted(
                () -> {
                  for (String query : QUERIES) {
                    assertThat(answer(prometheus, query)).as(query).isNotEmpty();
                  }
                });
        // What a rate is made of is exact: two waves of 20 debates, none with consensus.
        assertThat(value(prometheus, "sum(aragora_consensus_reached_total)")).isZero();
        assertThat(value(prometheus, "sum(aragora_requests_total{status=\"503\"})")).isEqualTo(10);
        assertThat(value(prometheus, "sum(aragora_debate_timeouts_total)")).isEqualTo(40);
        assertPromtoolIsContent(processor.metricsPort());
      }
    }
  }

  @Test
  void prometheusStoresTheLatestSampledTraceOfEachBucket() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe =
        new Pipe(kafka.bootstrapServers(), kafka.prefix()).with("BIRTH_SECONDS", "0")) {
      ProcessorService processor = pipe.start();
      try (PrometheusProcess prometheus = prometheus(processor.metricsPort())) {
        Instant now = Instant.now();
        sendTraced(pipe, now);
        await()
            .atMost(Pipe.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(
                            exemplars(prometheus, "aragora_request_duration_seconds_bucket", now))
                        .isEqualTo(Map.of("0.05", LATEST)));
      }
    }
  }

  /** Requests of 0.02 s, of which the third and later sampled one is that with the trace 3... */
  private static void sendTraced(Pipe pipe, Instant now) {
    for (int i = 1; i <= 4; i++) {
      pipe.send(
          "requests",
          null,
          null,
          TestEvents.traced(
              TestEvents.request("traced" + i, now.minusSeconds(20 - i), 200),
              "00-%s-%s-0%d".formatted(String.valueOf(i).repeat(32), SPAN, i % 2)));
    }
  }

  /** The last exemplar of each series of a metric. */
  private static Map<String, Map<String, String>> exemplars(
      PrometheusProcess prometheus, String metric, Instant now)
      throws IOException, InterruptedException {
    Map<String, Map<String, String>> last = new TreeMap<>();
    prometheus
        .exemplars(metric, now.minusSeconds(60).toEpochMilli(), now.toEpochMilli())
        .forEach((bound, all) -> last.put(bound, all.get(all.size() - 1)));
    return last;
  }

  /**
   * Prometheus 2.42 drops the classic buckets of a histogram that is a native one too. So one with
   * the feature and one without it scrape the same processor.
   */
  @Test
  void prometheusReadsTheNativeHistogramsThatAreAskedForBesideTheClassicOnes() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe =
        new Pipe(kafka.bootstrapServers(), kafka.prefix())
            .with("BIRTH_SECONDS", "0")
            .with("NATIVE_HISTOGRAMS", "true")) {
      int port = pipe.start().metricsPort();
      try (PrometheusProcess withNative =
              PrometheusProcess.start(
                  Files.createDirectory(directory.resolve("native")),
                  config(port),
                  "native-histograms,exemplar-storage");
          PrometheusProcess classic = prometheus(port)) {
        Instant now = Instant.now();
        sendTraced(pipe, now);
        for (int i = 1; i <= 996; i++) { // 0.001 s to 0.996 s
          pipe.send("requests", null, null, TestEvents.request("r" + i, now, i / 1000.0));
        }
        String histogram = "aragora_request_duration_seconds";
        await()
            .atMost(Pipe.PATIENCE)
            .until(
                () ->
                    value(withNative, "histogram_count(" + histogram + ")") == 1000
                        && value(classic, histogram + "_count") == 1000);
        assertThat(value(withNative, "histogram_sum(" + histogram + ")"))
            .isEqualTo(value(classic, histogram + "_sum"))
            .isEqualTo(496.586);
        for (double quantile : new double[] {0.1, 0.5, 0.9, 0.99}) {
          assertThat(value(withNative, "histogram_quantile(%s, %s)".formatted(quantile, histogram)))
              .as("quantile %s", quantile)
              .isBetween(quantile / FACTOR, quantile * FACTOR);
        }
        // The limits of buckets are exact: 0.5 s is a limit, and 500 of these are not over it.
        assertThat(value(withNative, "1000 * histogram_fraction(0, 0.5, %s)".formatted(histogram)))
            .isEqualTo(504);
        assertThat(value(classic, histogram + "_bucket{le=\"0.5\"}")).isEqualTo(504);
        assertThat(answer(withNative, histogram + "_bucket")).isEmpty();
        assertThat(exemplars(withNative, histogram, now).values()).contains(LATEST);
      }
    }
  }

  private static void emit(Pipe pipe, int wave) {
    Instant now = Instant.now();
    for (int i = 0; i < 20; i++) {
      String id = wave + "-" + i;
      pipe.send("debates", null, null, TestEvents.debateStarted("d" + id, now, 3600));
      pipe.send("debates", null, null, TestEvents.debateCompleted("d" + id, now, "timeout"));
      pipe.send("requests", null, null, TestEvents.request("r" + id, now, i < 5 ? 503 : 200));
      pipe.send(
          "agent-calls",
          null,
          null,
          TestEvents.event(
              "c" + id,
              "agent.call_completed.v1",
              now,
              "{\"call_id\":\"c\",\"agent\":\"claude\",\"status\":\"success\",\"duration_seconds\":2}"));
      pipe.send(
          "debates",
          null,
          null,
          TestEvents.event(
              "e" + id, "elo.updated.v1", now, "{\"agent\":\"claude\",\"rating\":1500.5}"));
    }
    pipe.send("debates", null, null, TestEvents.debateStarted("open" + wave, now, 3600));
  }

  private PrometheusProcess prometheus(int metricsPort) throws IOException, InterruptedException {
    return PrometheusProcess.start(directory, config(metricsPort));
  }

  private static String config(int metricsPort) {
    return """
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: aragora-telemetry
            static_configs: [{targets: ['127.0.0.1:%d']}]
        """
        .formatted(metricsPort);
  }

  private static List<PrometheusProcess.Result> answer(PrometheusProcess prometheus, String query)
      throws IOException, InterruptedException {
    return prometheus.query(query, System.currentTimeMillis());
  }

  /** The value of a query that gives one; NaN while there is none or Prometheus is not up. */
  private static double value(PrometheusProcess prometheus, String query)
      throws InterruptedException {
    try {
      List<PrometheusProcess.Result> results = answer(prometheus, query);
      return results.isEmpty() ? Double.NaN : results.get(0).value();
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private void assertPromtoolIsContent(int metricsPort) throws Exception {
    await()
        .atMost(Pipe.PATIENCE)
        .until(() -> MetricsPage.of(metricsPort).has("aragora_active_debates"));
    Path page = directory.resolve("page");
    Files.writeString(page, LocalHttp.get(metricsPort, "/metrics", Pipe.PATIENCE).body());
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics")
            .redirectInput(page.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    assertThat(output).isEmpty();
    assertThat(promtool.exitValue()).isZero();
  }
}
