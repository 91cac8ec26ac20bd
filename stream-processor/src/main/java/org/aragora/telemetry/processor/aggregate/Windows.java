package org.aragora.telemetry.processor.aggregate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.Aggregate;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.PartialValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.processor.flow.Times;

/**
 * The open windows of one input partition, one minute each. A window takes events until partition
 * time reaches its end plus the grace; then it is sent for the last time and forgotten. A mirror in
 * memory of what the store holds; every change is written through.
 */
final class Windows {
  private final InputPartition task;
  private final long graceNanos;
  private final KeyValueStore<Bytes, byte[]> store;
  private final BinaryWriter writer = new BinaryWriter();
  private final TreeMap<Long, Map<SeriesKey, Window>> open = new TreeMap<>();
  private final List<Window> changed = new ArrayList<>();

  Windows(
      InputPartition task,
      Map<String, MetricDescriptor> metrics,
      AggregateSettings settings,
      KeyValueStore<Bytes, byte[]> store) {
    this.task = task;
    this.graceNanos = settings.lateGrace().toNanos();
    this.store = store;
    try (KeyValueIterator<Bytes, byte[]> all = StoreKeys.scanWindows(store)) {
      while (all.hasNext()) {
        restore(all.next(), metrics);
      }
    }
  }

  private void restore(KeyValue<Bytes, byte[]> entry, Map<String, MetricDescriptor> metrics) {
    BinaryReader reader = StoreKeys.reader(entry.key);
    long minute = reader.readFixed64();
    SeriesKey series = SeriesKey.read(reader);
    MetricDescriptor metric = metrics.get(series.metric());
    if (metric != null) { // a window of an unknown metric stays in the store as it is
      PartialValue stored = PartialValue.fromBytes(entry.value);
      Window window =
          new Window(series, metric, minute, stored.read(metric), entry.key, stored.nextOffset());
      open.computeIfAbsent(minute, m -> new HashMap<>()).put(series, window);
      markChanged(window);
    }
  }

  /** Whether the window of an event time still takes events at a partition time. */
  boolean isOpen(long minute, long partitionTimeNanos) {
    return partitionTimeNanos < endNanos(minute) + graceNanos;
  }

  /** The window of a series, made if it is new. */
  Window resolve(Series series, long minute) {
    return open.computeIfAbsent(minute, m -> new HashMap<>())
        .computeIfAbsent(
            series.key,
            key ->
                new Window(
                    key,
                    series.metric,
                    minute,
                    Aggregate.zero(series.metric),
                    StoreKeys.window(key, minute),
                    0));
  }

  /** Writes a changed window through to the store. */
  void put(Window window, long nextOffset) {
    window.nextOffset = nextOffset;
    store.put(window.storeKey, bytes(window));
    markChanged(window);
  }

  private void markChanged(Window window) {
    if (!window.changed) {
      window.changed = true;
      changed.add(window);
    }
  }

  /**
   * Sends what has changed; then forgets what is closed at a partition time, in the same
   * transaction.
   */
  void closeBefore(long partitionTimeNanos, Output output) {
    if (open.isEmpty() || isOpen(open.firstKey(), partitionTimeNanos)) {
      return;
    }
    writeOut(output);
    while (!open.isEmpty() && !isOpen(open.firstKey(), partitionTimeNanos)) {
      open.pollFirstEntry().getValue().values().forEach(window -> store.delete(window.storeKey));
    }
  }

  /**
   * Sends every window that has changed since the last time, or was not sent in this life of the
   * task.
   */
  void writeOut(Output output) {
    for (Window window : changed) {
      window.changed = false;
      output.window(new WindowKey(window.series, window.minute, task), bytes(window));
    }
    changed.clear();
  }

  private byte[] bytes(Window of) {
    return PartialValue.toBytes(writer, of.metric, of.nextOffset, 0, true, of.value);
  }

  private static long endNanos(long minute) {
    return (minute + 1) * Times.NANOS_PER_MINUTE;
  }
}
