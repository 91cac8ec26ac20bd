package org.aragora.telemetry.chaos.fleet;

import java.io.IOException;
import java.time.Duration;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.FaultKind;
import org.aragora.telemetry.chaos.settings.Sabotage;
import org.aragora.telemetry.testbed.service.ChildJvm;
import org.aragora.telemetry.testbed.service.FakeClock;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;
import org.jspecify.annotations.Nullable;

/**
 * One processor: a process of its own on a port that stays. Used by one thread, scraped by others.
 */
public final class ProcessorInstance {
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(30);
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(2);

  private final int slot;
  private final ServiceProcess process;
  private final FakeClock clock;
  private volatile boolean running;

  ProcessorInstance(int slot, ChaosSettings settings, String bootstrapServers) {
    this.slot = slot;
    this.clock =
        new FakeClock(settings.directory().resolve(settings.applicationId() + "-clock-" + slot));
    Sabotage sabotage = settings.sabotage();
    this.process =
        ServiceProcess.of(
            settings.applicationId() + "-" + slot,
            sabotage.isInProcessor()
                ? "org.aragora.telemetry.processor.SabotagedProcessor"
                : "org.aragora.telemetry.processor.ProcessorMain",
            new ServiceEnvironment(bootstrapServers, settings.topicPrefix(), settings.directory()));
    if (sabotage.isInProcessor()) {
      process.arguments(sabotage.label());
    }
    process
        .options("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
        .set("LOG_LEVEL", "INFO")
        .set("LOG_FORMAT", "text");
    if (settings.faults().contains(FaultKind.CLOCK_STEP)) {
      clock.drive(process);
    }
    set("METRICS_HOST", "127.0.0.1");
    set("APPLICATION_ID", settings.applicationId());
    set("PARTITIONS", String.valueOf(ChaosSettings.PARTITIONS));
    // A deployment keeps the defaults; among faults, shorter times bring more of them.
    if (!settings.isPlanned()) {
      set("COMMIT_INTERVAL_MS", String.valueOf(ChaosSettings.COMMIT_INTERVAL.toMillis()));
      set("SESSION_TIMEOUT_MS", String.valueOf(ChaosSettings.SESSION_TIMEOUT.toMillis()));
      set("TRANSACTION_TIMEOUT_MS", String.valueOf(ChaosSettings.TRANSACTION_TIMEOUT.toMillis()));
    }
    set("BIRTH_SECONDS", String.valueOf(ChaosSettings.BIRTH.toSeconds()));
  }

  private void set(String name, String value) {
    process.set("ARAGORA_TELEMETRY_" + name, value);
  }

  /** Number of this instance. */
  public int slot() {
    return slot;
  }

  /** Port of {@code /metrics}. */
  public int port() {
    return process.metricsPort();
  }

  /** Returns true between start and stop; also for a paused one. */
  public boolean isRunning() {
    return running;
  }

  /** Returns true if it is up after a start and down after a stop. */
  boolean isAsRequested() {
    return running == process.jvm().isAlive();
  }

  /** Sets the build that the next start runs. */
  public void use(ProcessorBuild build) {
    process.classPath(build.classPath());
  }

  /** Starts it and returns at once. */
  public void start() {
    process.start();
    running = true;
  }

  /**
   * Sends SIGTERM, and SIGKILL if it does not end.
   *
   * @return true if SIGTERM was enough
   */
  boolean stop() {
    running = false;
    return process.jvm().stop(STOPS_WITHIN);
  }

  /** Sends SIGKILL. */
  public void kill() {
    running = false;
    process.jvm().kill();
  }

  /** Sets its wall clock ahead of the machine's, or behind it if negative. */
  public void stepClock(int seconds) {
    clock.step(seconds);
  }

  /** The reason for which it ended or reports that it does not live; null while it lives. */
  public @Nullable String end() throws InterruptedException {
    return process.end();
  }

  /** Its JVM, for a pause and its log. */
  public ChildJvm jvm() {
    return process.jvm();
  }

  /** Waits until it reports that it is ready; false if it does not in time. */
  boolean awaitReady() throws InterruptedException {
    return process.awaitReady(READY_WITHIN, () -> false);
  }

  /**
   * Scrapes it.
   *
   * @throws IOException if it does not answer
   */
  public MetricsPage metrics() throws IOException, InterruptedException {
    return process.metrics(ANSWERS_WITHIN);
  }
}
