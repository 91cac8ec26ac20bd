package org.aragora.telemetry.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.aragora.telemetry.broker.ChildJvm;
import org.jspecify.annotations.Nullable;

/**
 * The stream processor, run as it is in production: a process of its own, set by its environment.
 */
final class ProcessorChild {

  private static final Duration READY_WITHIN = Duration.ofMinutes(2);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);
  private static final int POLL_MS = 100;

  private final ChildJvm jvm;
  private final int metricsPort;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(ANSWERS_WITHIN)
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  private ProcessorChild(ChildJvm jvm, int metricsPort) {
    this.jvm = jvm;
    this.metricsPort = metricsPort;
  }

  static ProcessorChild start(
      String bootstrapServers,
      String topicPrefix,
      int partitions,
      int metricsPort,
      Path directory) {
    ChildJvm jvm =
        ChildJvm.of(
                "org.aragora.telemetry.processor.ProcessorMain", directory.resolve("processor.log"))
            .options("-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
    // This broker needs no credentials, and other clients' settings are not meant for it.
    System.getenv().keySet().stream()
        .filter(name -> name.startsWith("KAFKA_"))
        .forEach(name -> jvm.environment(name, null));
    jvm.environment("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers)
        .environment("ARAGORA_TELEMETRY_TOPIC_PREFIX", topicPrefix)
        .environment("ARAGORA_TELEMETRY_STATE_DIR", directory.resolve("state").toString())
        .environment("ARAGORA_TELEMETRY_BIRTH_SECONDS", "0")
        .environment("METRICS_PORT", Integer.toString(metricsPort))
        .environment("ARAGORA_TELEMETRY_PARTITIONS", Integer.toString(partitions))
        .environment("LOG_OUTPUT", "stdout")
        .environment("LOG_FORMAT", System.getenv().getOrDefault("LOG_FORMAT", "text"))
        .start();
    return new ProcessorChild(jvm, metricsPort);
  }

  /** Waits until it says that it is ready, or {@code givenUp} does. */
  void awaitReady(BooleanSupplier givenUp) throws InterruptedException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!isReady() && !givenUp.getAsBoolean()) {
      if (!jvm.isAlive()) {
        throw new IllegalStateException(
            "The processor ended while it started; the end of its log:\n" + jvm.endOfLog());
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "The processor is not ready after "
                + READY_WITHIN.toSeconds()
                + " s; the end of its log:\n"
                + jvm.endOfLog());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  boolean isAlive() {
    return jvm.isAlive();
  }

  String endOfLog() {
    return jvm.endOfLog();
  }

  /** What /metrics says now, or null where it does not answer. */
  @Nullable MetricsPage metrics() throws InterruptedException {
    HttpResponse<String> answer = get("/metrics");
    return answer == null || answer.statusCode() != 200 ? null : MetricsPage.parse(answer.body());
  }

  /** Stops it cleanly where it hears in time. */
  boolean stop(Duration within) {
    return jvm.stop(within);
  }

  private boolean isReady() throws InterruptedException {
    HttpResponse<String> answer = get("/health/ready");
    return answer != null && answer.statusCode() == 200;
  }

  private @Nullable HttpResponse<String> get(String path) throws InterruptedException {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + metricsPort + path))
              .timeout(ANSWERS_WITHIN)
              .build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      return null;
    }
  }
}
