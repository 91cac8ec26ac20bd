package org.aragora.telemetry.chaos;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chaos.Violations.Check;

/**
 * Holds every served value against what was committed by then: a value must not be above what the
 * plain model counts up to the offsets that were committed when the scrape was over.
 */
final class CommitCheck {
  private final Truth truth;
  private final Series.Table table;
  private final Violations violations;
  private final Truth.Totals totals;
  private final Map<TopicPartition, Integer> counted = new HashMap<>();
  private final Map<TopicPartition, Long> committed = new HashMap<>();

  CommitCheck(Truth truth, Series.Table table, Violations violations) {
    this.truth = truth;
    this.table = table;
    this.violations = violations;
    this.totals = new Truth.Totals(table);
  }

  void check(List<Witness.Growth> growths, List<CommittedOffsets.Answer> answers) {
    if (answers.isEmpty()) {
      violations.add(
          Check.COMMITTED, "the group's offsets were never answered, so nothing could be checked");
    }
    List<Witness.Growth> inOrder =
        growths.stream().sorted(Comparator.comparingLong(Witness.Growth::endNanos)).toList();
    int next = 0;
    for (Witness.Growth growth : inOrder) {
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
              if (truth.models().containsKey(partition)) {
                committed.merge(partition, offset, Math::max);
                countTo(partition, offset);
              }
            });
  }

  private void countTo(TopicPartition partition, long offset) {
    List<PartitionModel.Added> added = truth.model(partition).added();
    int i = counted.getOrDefault(partition, 0);
    while (i < added.size() && added.get(i).offset() < offset) {
      totals.add(added.get(i++));
    }
    counted.put(partition, i);
  }

  private void check(Witness.Growth growth) {
    violations.checked(Check.COMMITTED, growth.series().length);
    for (int i = 0; i < growth.series().length; i++) {
      Series series = table.get(growth.series()[i]);
      double most = series.isOffset() ? committedOffset(series) : totals.value(series);
      if (growth.values()[i] > most) {
        violations.add(
            Check.COMMITTED,
            "processor %d served %s = %s when only %s was committed"
                .formatted(growth.slot(), series.key(), growth.values()[i], most));
      }
    }
  }

  private double committedOffset(Series series) {
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
