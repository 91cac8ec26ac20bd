package org.aragora.telemetry.chaos.fleet;

import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;

/** A processor with the topics of the others and an application id of its own. */
public final class Intruder implements AutoCloseable {
  private static final long REFUSES_WITHIN_SECONDS = 180;
  private static final int LOOK_EVERY_MS = 200;

  /** A series without labels: a processor that serves anything serves it. */
  private static final String A_SERIES = "aragora_elo_updates_total";

  private final ServiceProcess process;
  private final String owner;
  private final Violations violations;

  /** Prepares it; it does not run yet. */
  public Intruder(ChaosSettings settings, String bootstrapServers, Violations violations) {
    this.owner = settings.applicationId();
    this.violations = violations;
    this.process =
        ServiceProcess.of(
                owner + "-intruder",
                "org.aragora.telemetry.processor.ProcessorMain",
                new ServiceEnvironment(
                    bootstrapServers, settings.topicPrefix(), settings.directory()))
            .options("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
            .set("LOG_FORMAT", "text")
            .set("ARAGORA_TELEMETRY_METRICS_HOST", "127.0.0.1")
            .set("ARAGORA_TELEMETRY_APPLICATION_ID", owner + "-intruder");
  }

  /**
   * Starts it and waits for its end. If it serves a series, if it does not end or if its log does
   * not name the owner, that is a violation.
   *
   * @return sentence for the log of the run
   */
  public String enter() throws InterruptedException {
    violations.checked(Check.OTHERS, 1);
    process.start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(REFUSES_WITHIN_SECONDS);
    String end = process.end();
    while (end == null && System.nanoTime() < deadline) {
      MetricsPage page = process.metrics();
      if (page != null && page.samples().containsKey(A_SERIES)) {
        violations.add(Check.OTHERS, "the intruder serves series of " + owner);
        break;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
      end = process.end();
    }
    process.jvm().kill();
    if (end == null) {
      violations.add(Check.OTHERS, "the intruder did not refuse to start");
      return "the intruder is killed";
    }
    if (!end.contains(owner + " ") && !end.contains("'" + owner + "'")) {
      violations.add(
          Check.OTHERS, "the intruder ended and did not name '%s':%n%s".formatted(owner, end));
    }
    return "the intruder has refused";
  }

  @Override
  public void close() {
    process.jvm().kill();
  }
}
