package org.aragora.telemetry.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.aragora.telemetry.testbed.broker.ChildJvm;
import org.jspecify.annotations.Nullable;

/** A service, run as it is in production: a process of its own, set by its environment. */
final class ServiceChild {

  private static final Duration READY_WITHIN = Duration.ofMinutes(2);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);
  private static final int POLL_MS = 100;

  private final String name;
  private final ChildJvm jvm;
  private final int metricsPort;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(ANSWERS_WITHIN)
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  private ServiceChild(String name, ChildJvm jvm, int metricsPort) {
    this.name = name;
    this.jvm = jvm;
    this.metricsPort = metricsPort;
  }

  /**
   * What every service is told.
   *
   * @param bootstrapServers of the broker
   * @param topicPrefix of all topics
   * @param directory where its log goes
   */
  record Surroundings(String bootstrapServers, String topicPrefix, Path directory) {}

  /**
   * Starts one.
   *
   * @param name of the log, and for people
   * @param program main class and JVM options
   * @param environment what it is told beside its surroundings
   */
  static ServiceChild start(
      String name,
      Surroundings surroundings,
      int metricsPort,
      List<String> program,
      Map<String, String> environment) {
    ChildJvm jvm =
        ChildJvm.of(program.get(0), surroundings.directory().resolve(name + ".log"))
            .options(program.subList(1, program.size()).toArray(new String[0]))
            .options("-XX:+ExitOnOutOfMemoryError");
    // This broker needs no credentials, and other clients' settings are not meant for it.
    System.getenv().keySet().stream()
        .filter(variable -> variable.startsWith("KAFKA_"))
        .forEach(variable -> jvm.environment(variable, null));
    environment.forEach(jvm::environment);
    jvm.environment("KAFKA_BOOTSTRAP_SERVERS", surroundings.bootstrapServers())
        .environment("ARAGORA_TELEMETRY_TOPIC_PREFIX", surroundings.topicPrefix())
        .environment("METRICS_PORT", Integer.toString(metricsPort))
        .environment("LOG_OUTPUT", "stdout")
        .environment("LOG_FORMAT", System.getenv().getOrDefault("LOG_FORMAT", "text"))
        .start();
    return new ServiceChild(name, jvm, metricsPort);
  }

  /** Waits until it says that it is ready, or {@code givenUp} does. */
  void awaitReady(BooleanSupplier givenUp) throws InterruptedException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!isReady() && !givenUp.getAsBoolean()) {
      checkAlive();
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "The "
                + name
                + " is not ready after "
                + READY_WITHIN.toSeconds()
                + " s; the end of its log:\n"
                + jvm.endOfLog());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /**
   * Does nothing as long as it runs.
   *
   * @throws IllegalStateException with the end of its log
   */
  void checkAlive() {
    if (!jvm.isAlive()) {
      throw new IllegalStateException(
          "The " + name + " ended; the end of its log:\n" + jvm.endOfLog());
    }
  }

  String name() {
    return name;
  }

  int metricsPort() {
    return metricsPort;
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
