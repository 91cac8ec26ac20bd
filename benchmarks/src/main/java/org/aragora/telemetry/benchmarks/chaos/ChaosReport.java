package org.aragora.telemetry.benchmarks.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.benchmarks.chaos.Violations.Check;

/** What a run came to, as a table for a person. */
public final class ChaosReport {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long SLACK_NANOS = 1_000_000_000L;

  private final Violations violations;
  private final List<String> lines = new ArrayList<>();

  private ChaosReport(Violations violations) {
    this.violations = violations;
  }

  static ChaosReport of(
      ChaosSettings settings,
      Violations violations,
      Witness witness,
      FaultLog log,
      Truth truth,
      long scrapes,
      Load load) {
    ChaosReport report = new ChaosReport(violations);
    report.line(
        "%d s of faults, seed %d, %d events/s, %s"
            .formatted(
                settings.chaos().toSeconds(),
                settings.seed(),
                settings.eventsPerSecond(),
                settings.sabotage().sentence()));
    report.line("");
    report.events(witness, truth, scrapes, load);
    report.line("");
    report.times(witness.aways(), log.faults());
    report.line("");
    report.checks();
    return report;
  }

  private void events(Witness witness, Truth truth, long scrapes, Load load) {
    line("records in the input topics      %,10d".formatted(truth.sum(PartitionModel::read)));
    line("  counted                        %,10d".formatted(truth.sum(PartitionModel::counted)));
    line("    of them late                 %,10d".formatted(truth.sum(PartitionModel::late)));
    line("    of them ends proposed        %,10d".formatted(truth.sum(PartitionModel::proposed)));
    line("  duplicates                     %,10d".formatted(truth.sum(PartitionModel::duplicates)));
    line(
        "  dead letters                   %,10d"
            .formatted(truth.sum(model -> model.invalidOffsets().size())));
    line("dropped by the producers         %,10d".formatted(load.dropped()));
    line("scrapes answered                 %,10d".formatted(scrapes));
    line("samples compared                 %,10d".formatted(witness.samples()));
    line("rebalances, by instance          %,10d".formatted(witness.rebalances()));
    line(
        "longest that two served a series %,10.1f s"
            .formatted(witness.togetherNanos() / NANOS_PER_SECOND));
  }

  /** How long series were away, by the fault that came before. */
  private void times(List<Witness.Away> aways, List<FaultLog.Fault> faults) {
    Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    Map<FaultKind, List<Long>> away = new EnumMap<>(FaultKind.class);
    faults.forEach(fault -> counts.merge(fault.kind(), 1, Integer::sum));
    for (Witness.Away gap : aways) {
      FaultKind kind = null;
      for (FaultLog.Fault fault : faults) {
        if (fault.startNanos() <= gap.fromNanos() + SLACK_NANOS) {
          kind = fault.kind();
        }
      }
      if (kind != null) {
        away.computeIfAbsent(kind, k -> new ArrayList<>()).add(gap.nanos());
      }
    }
    line(
        "%-18s %6s %12s %10s %10s"
            .formatted("fault", "times", "series away", "median s", "worst s"));
    counts.forEach(
        (kind, count) -> {
          List<Long> gaps = away.getOrDefault(kind, List.of()).stream().sorted().toList();
          line(
              gaps.isEmpty()
                  ? "%-18s %6d %12d %10s %10s".formatted(kind.label(), count, 0, "-", "-")
                  : "%-18s %6d %12d %10.1f %10.1f"
                      .formatted(
                          kind.label(),
                          count,
                          gaps.size(),
                          gaps.get(gaps.size() / 2) / NANOS_PER_SECOND,
                          gaps.get(gaps.size() - 1) / NANOS_PER_SECOND));
        });
  }

  private void checks() {
    line("%-78s %10s %10s".formatted("check", "compared", "violations"));
    for (Check check : Check.values()) {
      line(
          "%-78s %10d %10d"
              .formatted(
                  check.sentence(), violations.checkedTimes(check), violations.count(check)));
    }
    for (Check check : Check.values()) {
      violations.shown(check).forEach(sentence -> line("  ! " + sentence));
    }
  }

  private void line(String text) {
    lines.add(text);
  }

  /** The table. */
  public String text() {
    return String.join(System.lineSeparator(), lines);
  }

  /** Whether nothing was found wrong. */
  public boolean isClean() {
    return violations.total() == 0;
  }

  /** What of it went wrong, in a line. */
  String caughtBy() {
    List<String> caught = new ArrayList<>();
    for (Check check : Check.values()) {
      if (violations.count(check) > 0) {
        caught.add(check.sentence() + " (" + violations.count(check) + ")");
      }
    }
    return String.join("; ", caught);
  }
}
