package org.aragora.telemetry.testbed.service;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A service, run as in production: a process of its own that reads its settings from its
 * environment. It does not inherit settings of Kafka clients or of our services from this process.
 *
 * <p>One thread starts and stops it; others may read its pages.
 */
public final class ServiceProcess {
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);
  private static final int POLL_MS = 100;

  /** Our own settings, which {@link #inheritSettings} keeps. */
  private static final String OURS = "ARAGORA_";

  private final String name;
  private final ChildJvm jvm;
  private int metricsPort;

  private ServiceProcess(String name, ChildJvm jvm) {
    this.name = name;
    this.jvm = jvm;
  }

  /**
   * Prepares a service on a free port.
   *
   * @param name of the service and of its log file
   */
  public static ServiceProcess of(String name, String mainClass, ServiceEnvironment environment) {
    ChildJvm jvm = ChildJvm.of(mainClass, environment.directory().resolve(name + ".log"));
    System.getenv().keySet().stream()
        .filter(variable -> variable.startsWith("KAFKA_") || variable.startsWith(OURS))
        .forEach(variable -> jvm.environment(variable, null));
    return new ServiceProcess(name, jvm)
        .options("-XX:+ExitOnOutOfMemoryError")
        .metricsPort(Ports.free())
        .set("KAFKA_BOOTSTRAP_SERVERS", environment.bootstrapServers())
        .set("ARAGORA_TELEMETRY_TOPIC_PREFIX", environment.topicPrefix())
        .set("LOG_OUTPUT", "stdout");
  }

  /** Adds options of its JVM. */
  public ServiceProcess options(String... more) {
    jvm.options(more);
    return this;
  }

  /** Adds arguments of its main class. */
  public ServiceProcess arguments(String... more) {
    jvm.arguments(more);
    return this;
  }

  /** Sets the class path of the next start. */
  public ServiceProcess classPath(String path) {
    jvm.classPath(path);
    return this;
  }

  /** Sets a variable of its environment. */
  public ServiceProcess set(String variable, String value) {
    jvm.environment(variable, value);
    return this;
  }

  /** Gives it this process' own settings of our services, for those that are not set after this. */
  public ServiceProcess inheritSettings() {
    System.getenv().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(OURS))
        .filter(entry -> !entry.getKey().equals("ARAGORA_TELEMETRY_TOPIC_PREFIX"))
        .forEach(entry -> set(entry.getKey(), entry.getValue()));
    return this;
  }

  /** Sets the port of {@code /metrics} and {@code /health}. */
  public ServiceProcess metricsPort(int port) {
    metricsPort = port;
    return set("METRICS_PORT", Integer.toString(port));
  }

  /** Starts it and returns at once. It can be started again after its end. */
  public ServiceProcess start() {
    jvm.start();
    return this;
  }

  /**
   * Waits until it reports that it is ready.
   *
   * @param givenUp ends the wait early
   * @return false if it ended, if the time is over or if {@code givenUp} returned true
   */
  public boolean awaitReady(Duration within, BooleanSupplier givenUp) throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (jvm.isAlive() && System.nanoTime() < deadline && !givenUp.getAsBoolean()) {
      if (isReady()) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
    return false;
  }

  private boolean isReady() throws InterruptedException {
    try {
      return LocalHttp.get(metricsPort, "/health/ready", ANSWERS_WITHIN).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Does nothing as long as it runs.
   *
   * @throws IllegalStateException with the end of its log
   */
  public void checkAlive() {
    if (!jvm.isAlive()) {
      throw new IllegalStateException(
          "The " + name + " ended; the end of its log:\n" + jvm.endOfLog());
    }
  }

  /** The reason for which it ended or reports that it does not live; null while it lives. */
  public @Nullable String end() throws InterruptedException {
    if (!jvm.isAlive()) {
      return jvm.endOfLog();
    }
    try {
      HttpResponse<String> live = LocalHttp.get(metricsPort, "/health/live", ANSWERS_WITHIN);
      return live.statusCode() == 200 ? null : live.body();
    } catch (IOException e) {
      return null;
    }
  }

  /** Name for people. */
  public String name() {
    return name;
  }

  /** Port of {@code /metrics} and {@code /health}. */
  public int metricsPort() {
    return metricsPort;
  }

  /** Its metrics now, null if it does not answer or refuses. */
  public @Nullable MetricsPage metrics() throws InterruptedException {
    try {
      return metrics(ANSWERS_WITHIN);
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Its metrics now.
   *
   * @throws IOException if it does not answer in time or refuses
   */
  public MetricsPage metrics(Duration within) throws IOException, InterruptedException {
    HttpResponse<String> response = LocalHttp.get(metricsPort, "/metrics", within);
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode());
    }
    return MetricsPage.parse(response.body());
  }

  /** Its JVM, for signals and its log. */
  public ChildJvm jvm() {
    return jvm;
  }
}
