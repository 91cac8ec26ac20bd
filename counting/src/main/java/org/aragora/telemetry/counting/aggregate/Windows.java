package org.aragora.telemetry.counting.aggregate;

import java.util.function.UnaryOperator;
import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.StoredMap.Entry;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.jspecify.annotations.Nullable;

/**
 * The open windows of one input partition, one minute each. A window takes events until partition
 * time reaches its end plus the grace; then it is written out for the last time and forgotten.
 */
final class Windows {
  /** A minute and its series; the minute comes first in the store. */
  record Key(long minute, SeriesKey series) {
    private void write(BinaryWriter out) {
      out.writeFixed64(minute);
      series.write(out);
    }

    private static Key read(BinaryReader in, UnaryOperator<SeriesKey> shared) {
      return new Key(in.readFixed64(), shared.apply(SeriesKey.read(in)));
    }
  }

  private final InputPartition task;
  private final long graceNanos;
  private final Tallies<Key> tallies;

  /** No open window is older. */
  private long oldestMinute = Long.MAX_VALUE;

  /** {@code shared}: the object for a series that its total has. */
  Windows(
      Tallies.Owner owner,
      CountingRules rules,
      WriteBehind store,
      UnaryOperator<SeriesKey> shared) {
    this.task = owner.task();
    this.graceNanos = rules.lateGrace().toNanos();
    Codec<Key> keys = Codec.of(Key::write, in -> Key.read(in, shared));
    tallies =
        new Tallies<>(
            owner, store, new Tallies.Section<>('W', keys, Key::series), (key, value) -> {});
    tallies.forEach(entry -> countsOnly(entry.value().value));
    findOldest();
  }

  private void findOldest() {
    oldestMinute = Long.MAX_VALUE;
    tallies.forEach(entry -> oldestMinute = Math.min(oldestMinute, entry.key().minute()));
  }

  /** Returns true if the window of a minute still takes events at a partition time. */
  boolean isOpen(long minute, long partitionTimeNanos) {
    return partitionTimeNanos < endNanos(minute) + graceNanos;
  }

  /** The open window of a series, added if it is new. */
  Entry<Key, Tally> resolve(Entry<SeriesKey, Tally> total, long minute) {
    Entry<Key, Tally> last = total.value().window;
    if (last != null && last.key().minute() == minute) {
      return last;
    }
    Entry<Key, Tally> window = find(new Key(minute, total.key()), total.value().metric);
    total.value().window = window;
    window.value().total = total.value();
    return window;
  }

  private Entry<Key, Tally> find(Key key, MetricDescriptor metric) {
    Entry<Key, Tally> known = tallies.find(key);
    if (known != null) {
      return known;
    }
    oldestMinute = Math.min(oldestMinute, key.minute());
    Aggregate value = countsOnly(Aggregate.zero(metric));
    return tallies.add(key, new Tally(metric, value, Tally.Beginning.OF_WINDOW));
  }

  /** Nobody serves windows, and what is left out is the larger part of a histogram. */
  private static Aggregate countsOnly(Aggregate value) {
    if (value instanceof HistogramAggregate histogram) {
      histogram.leaveOutExemplars();
      histogram.leaveOutExponential();
    }
    return value;
  }

  /** Marks a changed window. */
  void write(Entry<Key, Tally> window, long nextOffset) {
    tallies.write(window, nextOffset);
  }

  /**
   * Writes out all windows that have changed if any closes at a partition time; then forgets those
   * that close, in the same transaction.
   */
  void closeBefore(long partitionTimeNanos, CountSink sink) {
    if (oldestMinute == Long.MAX_VALUE || isOpen(oldestMinute, partitionTimeNanos)) {
      return;
    }
    writeOut(sink);
    tallies.removeIf(
        window -> {
          boolean closes = !isOpen(window.key().minute(), partitionTimeNanos);
          if (closes) {
            forget(window);
          }
          return closes;
        });
    findOldest();
  }

  private static void forget(Entry<Key, Tally> window) {
    Tally total = window.value().total;
    if (total != null && total.window == window) {
      total.window = null;
    }
  }

  /** Writes every window that has changed since the last time, after a restart every one. */
  void writeOut(CountSink sink) {
    tallies.writeOut(
        (entry, value) ->
            sink.window(new WindowKey(entry.key().series(), entry.key().minute(), task), value));
  }

  /** The open window of a series, null if there is none. */
  @Nullable PartialValue get(SeriesKey series, long minute) {
    return tallies.get(new Key(minute, series));
  }

  private static long endNanos(long minute) {
    return (minute + 1) * Times.NANOS_PER_MINUTE;
  }
}
