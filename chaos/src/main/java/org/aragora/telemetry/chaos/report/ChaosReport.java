package org.aragora.telemetry.chaos.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.FaultKind;

/** Result of a run, as a table for people. */
public final class ChaosReport {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long SLACK_NANOS = 1_000_000_000L;

  /** A time for which no scrape had a series. */
  public record Away(long fromNanos, long nanos) {}

  /**
   * Figures of a run.
   *
   * @param records by name, in the order of the table
   * @param aways of all series
   * @param togetherNanos longest time for which two instances served a series
   * @param offsetAnswers answers on committed offsets
   * @param uncountedAnswers answers of a broker that was no longer the coordinator, or in the
   *     middle of a commit
   */
  public record Figures(
      Map<String, Long> records,
      List<Away> aways,
      long togetherNanos,
      long offsetAnswers,
      long uncountedAnswers) {}

  private final Violations violations;
  private final List<String> lines = new ArrayList<>();

  private ChaosReport(Violations violations) {
    this.violations = violations;
  }

  /** Makes the table. */
  public static ChaosReport of(
      ChaosSettings settings, Violations violations, FaultLog log, Figures figures) {
    ChaosReport report = new ChaosReport(violations);
    report.line(
        "%d s of faults, seed %d, %d events/s, %s"
            .formatted(
                settings.chaos().toSeconds(),
                settings.seed(),
                settings.eventsPerSecond(),
                settings.sabotage().sentence()));
    report.line("");
    figures.records().forEach((name, value) -> report.line("%-32s %,10d".formatted(name, value)));
    report.line(
        "longest that two served a series %,10.1f s"
            .formatted(figures.togetherNanos() / NANOS_PER_SECOND));
    report.line(
        "answers on committed offsets     %,10d (%,d more not counted: in the middle of a commit, or no longer the coordinator's)"
            .formatted(figures.offsetAnswers(), figures.uncountedAnswers()));
    report.line("");
    report.times(figures.aways(), log.faults());
    report.line("");
    report.checks();
    return report;
  }

  /**
   * Adds two times by kind of fault: how long series were away, and how long after the fault the
   * last of them was served again.
   */
  private void times(List<Away> aways, List<FaultLog.Fault> faults) {
    Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    Map<FaultKind, List<Long>> away = new EnumMap<>(FaultKind.class);
    Map<FaultLog.Fault, Long> recovered = new HashMap<>();
    faults.forEach(fault -> counts.merge(fault.kind(), 1, Integer::sum));
    for (Away gap : aways) {
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

  /** Returns true without any violation. */
  public boolean isClean() {
    return violations.total() == 0;
  }

  /** The checks with violations, in a line. */
  public String caughtBy() {
    List<String> caught = new ArrayList<>();
    for (Check check : Check.values()) {
      if (violations.count(check) > 0) {
        caught.add(check.sentence() + " (" + violations.count(check) + ")");
      }
    }
    return String.join("; ", caught);
  }
}
