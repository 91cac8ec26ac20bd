package org.aragora.telemetry.replay.verify;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.replay.read.Bounds;
import org.aragora.telemetry.replay.read.Progress;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.replay.read.Workers;

/**
 * Compares a replay with the live service at a consistent cut, also under load.
 *
 * <p>First the live values are read, then each input partition is counted up to the last offset
 * that they contain. Every value is compared when the replay passes the offset that the value
 * itself names. A value of the replay that the live service had not written by then must follow
 * within the settling time.
 */
public final class Verifier {
  private static final Duration WINDOW_RETENTION = Duration.ofDays(30);

  /**
   * Tolerances of the comparison.
   *
   * @param warmUp append time after the beginning of a cut range from which windows are whole
   * @param settle how long the live service has to write what it has accounted for
   * @param openEnd whether the range goes on as far as the live service has counted: it goes on
   *     while its values are read
   */
  public record Settings(Duration warmUp, Duration settle, boolean openEnd) {}

  private final LiveSource source;
  private final PartitionCounters counters;
  private final Settings settings;
  private final Clock clock;

  public Verifier(LiveSource source, PartitionCounters counters, Settings settings, Clock clock) {
    this.source = source;
    this.clock = clock;
    this.counters = counters;
    this.settings = settings;
  }

  /**
   * Compares a range.
   *
   * @param progress makes the line for a number of offsets
   */
  public Verification verify(
      SortedMap<InputPartition, Bounds> range, Workers workers, LongFunction<Progress> progress) {
    try (LiveGeneration live = new LiveGeneration(source)) {
      live.read();
      if (live.written().stream().allMatch(task -> live.task(task).ledger == null)) {
        throw new ReplayException(
            "The live service has written no ledger under %s; there is nothing to compare with."
                .formatted(source.topicPrefix()));
      }
      List<PartitionCheck> checks = checks(range, live);
      Progress line =
          progress.apply(checks.stream().mapToLong(check -> check.to() - check.from()).sum());
      workers.run(checks, line);
      settle(checks, live, workers, line);
      line.finish();
      return report(checks, live, range);
    }
  }

  private List<PartitionCheck> checks(
      SortedMap<InputPartition, Bounds> range, LiveGeneration live) {
    long windowsKeptFromMs = clock.millis() - WINDOW_RETENTION.toMillis();
    List<PartitionCheck> checks = new ArrayList<>();
    range.forEach(
        (partition, bounds) ->
            checks.add(
                new PartitionCheck(
                    partition,
                    live.task(partition),
                    counters,
                    new PartitionCheck.Scope(
                        bounds.from(),
                        settings.openEnd() ? Long.MAX_VALUE : bounds.to(),
                        settings.warmUp().toMillis(),
                        windowsKeptFromMs))));
    return checks;
  }

  private void settle(
      List<PartitionCheck> checks, LiveGeneration live, Workers workers, Progress line) {
    long untilNanos = System.nanoTime() + settings.settle().toNanos();
    while (checks.stream().anyMatch(PartitionCheck::isBehind) && System.nanoTime() < untilNanos) {
      live.readOn();
      List<PartitionCheck> further =
          checks.stream().filter(PartitionCheck::isBehind).filter(PartitionCheck::catchUp).toList();
      workers.run(further, line);
    }
    checks.forEach(PartitionCheck::giveUp);
  }

  private Verification report(
      List<PartitionCheck> checks, LiveGeneration live, SortedMap<InputPartition, Bounds> range) {
    List<String> differences = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    PartitionCheck.Counts counts = new PartitionCheck.Counts(0, 0, 0);
    TreeSet<String> unknown = new TreeSet<>();
    long windowsOnly = 0;
    long withoutExemplars = 0;
    long withoutExponential = 0;
    for (PartitionCheck check : checks) {
      differences.addAll(check.differences());
      counts = counts.plus(check.counts());
      unknown.addAll(check.unknownMetrics());
      windowsOnly += check.comparesWindowsOnly() ? 1 : 0;
      withoutExemplars += check.withoutExemplars();
      withoutExponential += check.withoutExponential();
    }
    for (InputPartition task : live.written()) {
      if (!range.containsKey(task)) {
        differences.add("live has values of %s, which is not an input partition".formatted(task));
      }
    }
    range.forEach(
        (partition, bounds) -> {
          if (bounds.from() == 0 && bounds.offsets() > 0 && live.task(partition).ledger == null) {
            differences.add("live has no ledger of %s, which has records".formatted(partition));
          }
        });
    if (windowsOnly > 0) {
      remarks.add(
          "%d of %d partitions do not begin at offset 0: only their windows were compared, from %s of append time after the beginning."
              .formatted(windowsOnly, checks.size(), settings.warmUp()));
    }
    if (withoutExemplars > 0) {
      remarks.add(
          "Of %d histograms the exemplars were not compared: a release without exemplars has counted to them."
              .formatted(withoutExemplars));
    }
    if (withoutExponential > 0) {
      remarks.add(
          "Of %d histograms the native buckets were not compared: a release without them has counted to them."
              .formatted(withoutExponential));
    }
    if (!unknown.isEmpty()) {
      remarks.add(
          "Not compared, because this release does not have them: " + String.join(", ", unknown));
    }
    return new Verification(
        differences,
        remarks,
        String.format(
            Locale.ROOT,
            "Compared %,d running totals, %,d windows and %,d ledgers: %s.",
            counts.totals(),
            counts.windows(),
            counts.ledgers(),
            differences.isEmpty() ? "no difference" : differences.size() + " differences"),
        counts.totals() + counts.windows() + counts.ledgers());
  }
}
