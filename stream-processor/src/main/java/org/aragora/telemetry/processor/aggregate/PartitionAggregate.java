package org.aragora.telemetry.processor.aggregate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.PartialValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.processor.flow.MeasuredEvent;
import org.aragora.telemetry.processor.flow.PartitionPipeline.Listeners;
import org.jspecify.annotations.Nullable;

/** This stage outside of Kafka Streams: the same totals and windows. Not thread-safe. */
public final class PartitionAggregate {
  private final KeyValueStore<Bytes, byte[]> store;
  private final Aggregation aggregation;

  /** Goes on from what {@code store} holds. {@code metrics}: without those of this stage. */
  public PartitionAggregate(
      InputPartition task,
      List<MetricDescriptor> metrics,
      AggregateSettings settings,
      KeyValueStore<Bytes, byte[]> store,
      Listeners listeners) {
    this.store = store;
    Map<String, MetricDescriptor> byName = new HashMap<>();
    metrics.forEach(metric -> byName.put(metric.name(), metric));
    AggregateProcessor.ownMetrics().forEach(metric -> byName.put(metric.name(), metric));
    Output output =
        new Output() {
          @Override
          public void total(MetricsKey.Partial key, byte[] value) {
            // They are read from the store.
          }

          @Override
          public void window(WindowKey key, byte[] value) {
            listeners.windows().accept(key, PartialValue.fromBytes(value));
          }
        };
    this.aggregation =
        new Aggregation(task, byName, settings, store, () -> 0, output, listeners.series());
  }

  /** Applies everything that one event does. */
  public void apply(MeasuredEvent event) {
    aggregation.apply(event);
  }

  /** Tells of every window that has changed since the last time. */
  public void sendWindows() {
    aggregation.writeOut();
  }

  /** The running total of a series, null where there is none. */
  public @Nullable PartialValue total(SeriesKey series) {
    return read(StoreKeys.total(series));
  }

  /** The open window of a series, null where there is none. */
  public @Nullable PartialValue window(SeriesKey series, long minute) {
    return read(StoreKeys.window(series, minute));
  }

  private @Nullable PartialValue read(Bytes key) {
    byte[] value = store.get(key);
    return value == null ? null : PartialValue.fromBytes(value);
  }

  /** The running totals as they are now, in the order of their keys. */
  public Map<SeriesKey, PartialValue> totals() {
    Map<Bytes, byte[]> sorted = new TreeMap<>();
    try (KeyValueIterator<Bytes, byte[]> all = StoreKeys.scanTotals(store)) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        sorted.put(entry.key, entry.value);
      }
    }
    Map<SeriesKey, PartialValue> totals = new java.util.LinkedHashMap<>();
    sorted.forEach(
        (key, value) ->
            totals.put(SeriesKey.read(StoreKeys.reader(key)), PartialValue.fromBytes(value)));
    return totals;
  }
}
