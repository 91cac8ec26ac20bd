package org.aragora.telemetry.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.chaos.Violations.Check;

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
      Load load,
      CommittedOffsets offsets) {
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
    report.line(
        "answers on committed offsets     %,10d (%,d more not counted: no longer the coordinator's)"
            .formatted(offsets.answers().size(), offsets.outdated()));
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

  /**
   * By kind of fault how long series were away, and how long after the fault the last of those that
   * went away before the next one was served again.
   */
  private void times(List<Witness.Away> aways, List<FaultLog.Fault> faults) {
    Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    Map<FaultKind, List<Long>> away = new EnumMap<>(FaultKind.class);
    Map<FaultLog.Fault, Long> recovered = new HashMap<>();
    faults.forEach(fault -> counts.merge(fault.kind(), 1, Integer::sum));
    for (Witness.Away gap : aways) {
      FaultLog.Fault before = null;
      for (FaultLog.Fault fault : faults) {
        if (fault.startNanos() <= gap.fromNanos() + SLACK_NANOS) {
          before = fault;
        }
      }
      if (before != null) {
        away.computeIfAbsent(before.kind(), kind -> new ArrayList<>()).add(gap.nanos());
        recovered.merge(before, gap.fromNanos() + gap.nanos() - before.startNanos(), Math::max);
      }
    }
    line(
        "%-18s %6s %12s %10s %10s %12s %10s"
            .formatted(
                "fault", "times", "series away", "median s", "worst s", "recovered s", "worst s"));
    counts.forEach(
        (kind, count) ->
            line(
                "%-18s %6d %12d %s %s"
                    .formatted(
                        kind.label(),
                        count,
                        away.getOrDefault(kind, List.of()).size(),
                        medianAndWorst("%10s", away.getOrDefault(kind, List.of())),
                        medianAndWorst(
                            "%11s",
                            recovered.entrySet().stream()
                                .filter(entry -> entry.getKey().kind() == kind)
                                .map(Map.Entry::getValue)
                                .toList()))));
  }

  private static String medianAndWorst(String format, List<Long> nanos) {
    List<Long> sorted = nanos.stream().sorted().toList();
    String column = format + " " + format;
    return sorted.isEmpty()
        ? column.formatted("-", "-")
        : column.formatted(
            seconds(sorted.get(sorted.size() / 2)), seconds(sorted.get(sorted.size() - 1)));
  }

  private static String seconds(long nanos) {
    return "%.1f".formatted(nanos / NANOS_PER_SECOND);
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
