package org.aragora.telemetry.chaos;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Set;
import org.aragora.telemetry.chaos.report.ChaosReport;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.FaultKind;
import org.aragora.telemetry.chaos.settings.Sabotage;
import org.aragora.telemetry.testbed.broker.EmbeddedCluster;

/** Runs with one guarantee broken after the other, to test the checks. */
final class SabotageRun {
  private static final Duration LENGTH = Duration.ofSeconds(40);

  private SabotageRun() {}

  /** Returns true if the checks found every sabotage. */
  static boolean run(ChaosSettings settings, EmbeddedCluster cluster, PrintStream out)
      throws InterruptedException {
    boolean all = true;
    StringBuilder table = new StringBuilder();
    for (Sabotage sabotage : Sabotage.values()) {
      if (sabotage == Sabotage.NONE) {
        continue;
      }
      out.println();
      out.println("Self-test: " + sabotage.sentence() + ".");
      Set<FaultKind> faults =
          sabotage == Sabotage.NO_IDENTITY
              ? Set.of(FaultKind.RESTART, FaultKind.ROLLING_RESTART)
              : Set.of(FaultKind.KILL, FaultKind.PAUSE);
      ChaosReport report = ChaosRun.run(settings.sabotaged(sabotage, LENGTH, faults), cluster, out);
      out.println(report.text());
      all &= !report.isClean();
      table.append(
          "%-66s %s%n"
              .formatted(
                  sabotage.sentence(),
                  report.isClean() ? "NOT FOUND" : "found: " + report.caughtBy()));
    }
    out.println();
    out.print(table);
    return all;
  }
}
