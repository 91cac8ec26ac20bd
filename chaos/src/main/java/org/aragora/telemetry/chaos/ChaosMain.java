package org.aragora.telemetry.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.aragora.telemetry.chaos.report.ChaosReport;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.FaultKind;
import org.aragora.telemetry.chaos.settings.Sabotage;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.testbed.broker.EmbeddedCluster;
import org.aragora.telemetry.testbed.service.FakeClock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry chaos}. */
@Command(
    name = "chaos",
    description =
        "Starts three brokers, up to three processors and a load on this machine, kills, pauses and restarts"
            + " them at random moments, and checks that every number stays exact. Ends with a table; exit"
            + " code 0 only if nothing was wrong.",
    mixinStandardHelpOptions = true)
public final class ChaosMain implements Callable<Integer> {
  private static final int BROKERS = 3;
  private static final int BROKER_MEGABYTES = 320;

  @Option(
      names = "--minutes",
      description = "How long faults go on (default: ${DEFAULT-VALUE}).",
      defaultValue = "2")
  private double minutes;

  @Option(names = "--seed", description = "Seed of the faults and the load.")
  private @Nullable Long seed;

  @Option(
      names = "--rate",
      description = "Events a second, of all producers together (default: ${DEFAULT-VALUE}).",
      defaultValue = "150")
  private int rate;

  @Option(
      names = "--only",
      split = ",",
      description = "Kinds of faults to draw from: ${COMPLETION-CANDIDATES} (default: all).")
  private Set<FaultKind> only = FaultKind.all();

  @Option(
      names = "--min-ready-seconds",
      paramLabel = "SECONDS",
      description =
          "Time from ready to the next restart of a rolling restart, as minReadySeconds of Kubernetes"
              + " (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private int minReadySeconds;

  @Option(
      names = "--self-test",
      description = "Breaks one guarantee after the other and tests that the checks find each.")
  private boolean selfTest;

  @Option(
      names = "--upgrade-from",
      paramLabel = "DIR",
      description =
          "Instead of faults: a rolling upgrade from the processor that is built in this checkout of"
              + " an earlier version (bin/telemetry build), one process after the other; one goes back"
              + " for a while. Both versions serve side by side.")
  private @Nullable Path upgradeFrom;

  @Option(
      names = "--logs",
      description = "Directory of the processors' logs (default: a temporary directory).")
  private @Nullable Path logs;

  private ChaosMain() {}

  /** Exits with 0 if no check failed; in the self-test, if the checks found every sabotage. */
  public static void main(String[] arguments) {
    System.exit(CommandMain.prepare(new CommandLine(new ChaosMain())).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
    long drawn = seed == null ? ThreadLocalRandom.current().nextLong(1_000_000) : seed;
    Path directory = logs == null ? Files.createTempDirectory("aragora-chaos-") : logs;
    ChaosSettings settings =
        new ChaosSettings(
            Duration.ofMillis((long) (minutes * 60_000)),
            drawn,
            rate,
            only,
            Duration.ofSeconds(minReadySeconds),
            Sabotage.NONE,
            upgradeFrom,
            directory);
    if (only.contains(FaultKind.CLOCK_STEP) && !FakeClock.isInstalled()) {
      System.out.println("No clock steps: libfaketime is not installed (Debian: libfaketime).");
      only = EnumSet.copyOf(only);
      only.remove(FaultKind.CLOCK_STEP);
    }
    System.out.println("Seed " + drawn + "; logs in " + directory + ".");
    try (EmbeddedCluster cluster = EmbeddedCluster.start(BROKERS, BROKER_MEGABYTES, Map.of())) {
      if (selfTest) {
        return SabotageRun.run(settings, cluster, System.out) ? 0 : 1;
      }
      ChaosReport report = ChaosRun.run(settings, cluster, System.out);
      System.out.println();
      System.out.println(report.text());
      return report.isClean() ? 0 : 1;
    }
  }
}
