package org.aragora.telemetry.chaos.checks;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;

/**
 * Check that only committed values are served: a value must not be above the oracle's count up to
 * the offsets that were committed when the scrape was over.
 */
public final class CommitCheck {
  private static final int NANO_DIGITS = 9;

  private final ExpectedTotals expected;
  private final Violations violations;
  private final Map<ServedSeries, BigInteger> totals = new HashMap<>();
  private final Map<TopicPartition, Integer> counted = new HashMap<>();
  private final Map<TopicPartition, Long> committed = new HashMap<>();

  /** {@code expected}: read to the end of the run. */
  public CommitCheck(ExpectedTotals expected, Violations violations) {
    this.expected = expected;
    this.violations = violations;
  }

  /** Checks every value that had grown. */
  public void check(ScrapeChecker checker, List<CommittedOffsets.Answer> answers) {
    if (answers.isEmpty()) {
      violations.add(
          Check.COMMITTED, "the group's offsets were never answered, so nothing could be checked");
    }
    List<ScrapeChecker.Growth> inOrder =
        checker.growths().stream()
            .sorted(Comparator.comparingLong(ScrapeChecker.Growth::endNanos))
            .toList();
    int next = 0;
    for (ScrapeChecker.Growth growth : inOrder) {
      while (next < answers.size()
          && (next == 0 || answers.get(next - 1).askedNanos() < growth.endNanos())) {
        advance(answers.get(next++));
      }
      if (next > 0 && answers.get(next - 1).askedNanos() >= growth.endNanos()) {
        check(growth);
      }
    }
  }

  private void advance(CommittedOffsets.Answer answer) {
    answer
        .offsets()
        .forEach(
            (partition, offset) -> {
              if (expected.has(partition)) {
                committed.merge(partition, offset, Math::max);
                countTo(partition, offset);
              }
            });
  }

  private void countTo(TopicPartition partition, long offset) {
    List<ExpectedTotals.Added> added = expected.added(partition);
    int i = counted.getOrDefault(partition, 0);
    while (i < added.size() && added.get(i).offset() < offset) {
      ExpectedTotals.Added addition = added.get(i++);
      totals.merge(addition.series(), BigInteger.valueOf(addition.units()), BigInteger::add);
    }
    counted.put(partition, i);
  }

  private void check(ScrapeChecker.Growth growth) {
    violations.checked(Check.COMMITTED, growth.values().size());
    for (ScrapeChecker.Grown grown : growth.values()) {
      ServedSeries series = grown.series();
      double most = series.isOffset() ? committedOffset(series) : total(series);
      if (grown.value() > most) {
        violations.add(
            Check.COMMITTED,
            "processor %d served %s = %s when only %s was committed"
                .formatted(growth.slot(), series.key(), grown.value(), most));
      }
    }
  }

  /** The value of a series, as a scrape would show it. */
  private double total(ServedSeries series) {
    BigInteger units = totals.getOrDefault(series, BigInteger.ZERO);
    return new BigDecimal(units, series.isInSeconds() ? NANO_DIGITS : 0).doubleValue();
  }

  private double committedOffset(ServedSeries series) {
    for (Map.Entry<TopicPartition, Long> entry : committed.entrySet()) {
      if (series
          .key()
          .endsWith(
              "{partition=\"%d\",topic=\"%s\"}"
                  .formatted(entry.getKey().partition(), entry.getKey().topic()))) {
        return entry.getValue();
      }
    }
    return 0;
  }
}
