package org.aragora.telemetry.replay.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.counting.PartitionCounter;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.PartitionStores;
import org.aragora.telemetry.counting.flow.DiscardingSink;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.counting.store.MemoryStore;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.replay.read.PartitionJob;
import org.jspecify.annotations.Nullable;

/**
 * Counts one input partition and compares every live value when the replay has counted exactly the
 * records that the value contains. A value that the live service has not written yet is {@link
 * #behind} and is compared later.
 */
final class PartitionCheck implements PartitionJob {
  private static final long MS_PER_MINUTE = 60_000;

  /** An event may be that much ahead of its append time, and so may its window. */
  private static final long SKEW_MS = 60_000;

  /** Numbers of compared values. */
  record Counts(long totals, long windows, long ledgers) {
    Counts plus(Counts other) {
      return new Counts(totals + other.totals, windows + other.windows, ledgers + other.ledgers);
    }
  }

  private record Due(long nextOffset, ValueKey key, PartialValue value) {}

  private final InputPartition partition;
  private final LiveTask live;
  private final Map<String, MetricDescriptor> metrics;
  private final boolean windowsOnly;
  private final long warmUpMs;
  private final long windowsKeptFromMs;
  private final PartitionCounter counter;
  private final List<String> differences = new ArrayList<>();
  private final Map<ValueKey, PartialValue> behind = new HashMap<>();
  private final RetiredValues retired = new RetiredValues();
  private final Set<String> unknownMetrics = new HashSet<>();
  private List<Due> due = new ArrayList<>();
  private int nextDue;
  private @Nullable Ledger ledgerDue;
  private Counts counts = new Counts(0, 0, 0);
  private long position;
  private long target;
  private long firstAppendMs = Long.MIN_VALUE;
  private long withoutExemplars;
  private long withoutExponential;
  private boolean cutReached;

  /**
   * The range to compare.
   *
   * @param from first offset; if it is not 0, only windows can be compared
   * @param to offset after the last that may be read
   * @param warmUpMs append time after the first record from which windows are whole
   * @param windowsKeptFromMs windows that end before may have been removed by retention
   */
  record Scope(long from, long to, long warmUpMs, long windowsKeptFromMs) {}

  PartitionCheck(InputPartition partition, LiveTask live, PartitionCounters counters, Scope scope) {
    this.partition = partition;
    this.live = live;
    this.metrics = new HashMap<>();
    counters.metrics().forEach(metric -> metrics.put(metric.name(), metric));
    this.windowsOnly = scope.from() > 0;
    this.warmUpMs = scope.warmUpMs();
    this.windowsKeptFromMs = scope.windowsKeptFromMs();
    this.counter =
        counters.open(
            partition, new PartitionStores<>(new MemoryStore(), new MemoryStore()), new Finished());
    this.position = scope.from();
    this.target = Math.max(scope.from(), Math.min(scope.to(), live.nextOffset()));
    live.values.forEach(this::expect);
    sortDue();
    ledgerDue = windowsOnly ? null : live.ledger;
  }

  private void expect(ValueKey key, PartialValue value) {
    if (!metrics.containsKey(key.series().metric())) {
      unknownMetrics.add(key.series().metric());
    } else if (!(windowsOnly && key.isTotal()) && value.nextOffset() <= target) {
      due.add(new Due(value.nextOffset(), key, value));
    }
  }

  private void sortDue() {
    due.sort(Comparator.comparingLong(Due::nextOffset));
    nextDue = 0;
  }

  @Override
  public InputPartition partition() {
    return partition;
  }

  @Override
  public long from() {
    return position;
  }

  @Override
  public long to() {
    return target;
  }

  @Override
  public void accept(ConsumerRecord<byte[], byte[]> record) {
    if (firstAppendMs == Long.MIN_VALUE) {
      firstAppendMs = record.timestamp();
    }
    counter.accept(
        new InputRecord(
            record.offset(), record.timestamp(), record.key(), record.headers(), record.value()));
    reached(record.offset() + 1);
  }

  @Override
  public void pause(long reached) {
    reached(reached);
  }

  private void reached(long offset) {
    position = offset;
    while (nextDue < due.size() && due.get(nextDue).nextOffset() <= offset) {
      Due next = due.get(nextDue++);
      compare(next.key(), next.value(), current(next.key(), next.nextOffset()));
    }
    if (ledgerDue != null && ledgerDue.nextOffset() <= offset) {
      compareLedger(ledgerDue);
      ledgerDue = null;
    }
  }

  private @Nullable PartialValue current(ValueKey key, long nextOffset) {
    if (!key.isTotal()) {
      return counter.window(key.series(), key.minute());
    }
    PartialValue living = counter.total(key.series(), key.incarnation());
    return living == null ? retired.last(key, nextOffset) : living;
  }

  private void compare(ValueKey key, PartialValue theirs, @Nullable PartialValue mine) {
    if (!key.isTotal() && !isWhole(key)) {
      return;
    }
    MetricDescriptor metric = metrics.get(key.series().metric());
    boolean lacksExemplars = Values.lacksExemplars(theirs, metric);
    boolean lacksExponential = Values.lacksExponential(theirs, metric);
    if (mine == null || !key.isTotal() || !(lacksExemplars || lacksExponential)) {
      compare(key, metric, theirs, mine);
      return;
    }
    withoutExemplars += lacksExemplars ? 1 : 0;
    withoutExponential += lacksExponential ? 1 : 0;
    Consumer<HistogramAggregate> lacking =
        histogram -> {
          if (lacksExemplars) {
            histogram.leaveOutExemplars();
          }
          if (lacksExponential) {
            histogram.leaveOutExponential();
          }
        };
    compare(
        key,
        metric,
        Values.without(lacking, theirs, metric),
        Values.without(lacking, mine, metric));
  }

  private void compare(
      ValueKey key,
      @Nullable MetricDescriptor metric,
      PartialValue theirs,
      @Nullable PartialValue mine) {
    counts = counts.plus(key.isTotal() ? new Counts(1, 0, 0) : new Counts(0, 1, 0));
    if (mine == null) {
      differ(
          key,
          theirs.nextOffset(),
          "live has %s, the replay has no such %s"
              .formatted(Values.text(theirs, metric), key.isTotal() ? "series" : "window"));
    } else if (mine.isRetired() != theirs.isRetired()) {
      differ(
          key,
          theirs.nextOffset(),
          "%s has retired it, %s has not"
              .formatted(
                  mine.isRetired() ? "the replay" : "live",
                  mine.isRetired() ? "live" : "the replay"));
    } else if (!Values.same(mine, theirs)) {
      differ(
          key,
          theirs.nextOffset(),
          "live has %s, the replay has %s"
              .formatted(Values.text(theirs, metric), Values.text(mine, metric)));
    } else if (mine.nextOffset() != theirs.nextOffset()) {
      differ(
          key,
          theirs.nextOffset(),
          "live has its last change before that offset, in the replay it was before %d"
              .formatted(mine.nextOffset()));
    }
  }

  private void compareLedger(Ledger theirs) {
    counts = counts.plus(new Counts(0, 0, 1));
    Ledger mine = counter.ledger();
    if (!Values.same(mine, theirs)) {
      differences.add(
          "ledger of %s before offset %d: live has %s; the replay has %s"
              .formatted(partition, theirs.nextOffset(), Values.text(theirs), Values.text(mine)));
    }
  }

  private void differ(ValueKey key, long offset, String what) {
    differences.add("%s of %s before offset %d: %s".formatted(key.text(), partition, offset, what));
  }

  /** Returns true if every event of a window was appended after the warm-up. */
  private boolean isWhole(ValueKey window) {
    return !windowsOnly
        || (firstAppendMs != Long.MIN_VALUE
            && window.minute() * MS_PER_MINUTE - SKEW_MS >= firstAppendMs + warmUpMs);
  }

  /** Takes the replay's retired totals, and its windows, each the last time before it closes. */
  private final class Finished extends DiscardingSink {
    @Override
    public void total(MetricsKey.Partial key, byte[] value) {
      PartialValue part = PartialValue.fromBytes(value);
      if (part.isRetired()) {
        retired.add(ValueKey.total(key), part, metrics.get(key.series().metric()));
      }
    }

    @Override
    public void window(WindowKey key, byte[] value) {
      if (!cutReached) {
        note(ValueKey.window(key), PartialValue.fromBytes(value));
      }
    }
  }

  private void note(ValueKey key, PartialValue mine) {
    PartialValue theirs = live.values.get(key);
    if (theirs == null || theirs.nextOffset() < mine.nextOffset()) {
      behind.put(key, mine);
    }
  }

  @Override
  public void done() {
    reached(target);
    if (!cutReached) {
      counter.writeOut(counter.appendTimeMs(), false);
      if (!windowsOnly) {
        counter.totals().forEach((key, mine) -> note(ValueKey.total(key), mine));
        // One that the live service does not have is of a series that has ended.
        retired.forEach(
            (key, mine) -> {
              if (live.values.containsKey(key)) {
                note(key, mine);
              }
            });
      }
      cutReached = true;
      behind.keySet().removeIf(key -> !key.isTotal() && !mustBeThere(key));
    }
  }

  /** Returns true if the live service must still have a window that the replay has. */
  private boolean mustBeThere(ValueKey window) {
    boolean kept = (window.minute() + 1) * MS_PER_MINUTE >= windowsKeptFromMs;
    return isWhole(window) && (kept || live.values.containsKey(window));
  }

  /** Returns true if the live service has not written everything that it must have counted. */
  boolean isBehind() {
    return !behind.isEmpty();
  }

  /**
   * Compares the values that the live service has written since. If the replay has to go on for
   * some of them, {@link #to} moves further.
   *
   * @return whether there is more to read
   */
  boolean catchUp() {
    due = new ArrayList<>();
    behind.keySet().removeAll(live.ended);
    long further = position;
    for (Map.Entry<ValueKey, PartialValue> entry : new HashMap<>(behind).entrySet()) {
      PartialValue mine = entry.getValue();
      PartialValue theirs = live.values.get(entry.getKey());
      if (theirs == null || theirs.nextOffset() < mine.nextOffset()) {
        continue;
      }
      behind.remove(entry.getKey());
      if (theirs.nextOffset() == mine.nextOffset()) {
        compare(entry.getKey(), theirs, mine);
      } else {
        due.add(new Due(theirs.nextOffset(), entry.getKey(), theirs));
        further = Math.max(further, theirs.nextOffset());
      }
    }
    sortDue();
    reached(position);
    target = further;
    return target > position;
  }

  /** Records a difference for each value that the live service has still not written. */
  void giveUp() {
    behind.forEach(
        (key, mine) -> {
          PartialValue theirs = live.values.get(key);
          differ(
              key,
              mine.nextOffset(),
              "the replay has %s, live has %s"
                  .formatted(
                      Values.text(mine, metrics.get(key.series().metric())),
                      theirs == null
                          ? "nothing"
                          : "not written it since offset " + theirs.nextOffset()));
        });
    behind.clear();
  }

  List<String> differences() {
    return differences;
  }

  Counts counts() {
    return counts;
  }

  Set<String> unknownMetrics() {
    return unknownMetrics;
  }

  /** Number of totals whose exemplars were not compared, see {@link Values#lacksExemplars}. */
  long withoutExemplars() {
    return withoutExemplars;
  }

  /** Number of totals without exponential buckets, see {@link Values#lacksExponential}. */
  long withoutExponential() {
    return withoutExponential;
  }

  boolean comparesWindowsOnly() {
    return windowsOnly;
  }
}
