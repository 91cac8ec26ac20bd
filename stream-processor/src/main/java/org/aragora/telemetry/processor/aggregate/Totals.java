package org.aragora.telemetry.processor.aggregate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.Aggregate;
import org.aragora.telemetry.counting.metric.IncompatibleMetricException;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.PartialValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.SumAggregate;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.processor.flow.Measurement;

/**
 * The running totals of one input partition: admits series up to a limit, in offset order, and
 * folds the rest into {@code other}. A mirror in memory of what the store holds; every change is
 * written through.
 */
final class Totals {
  /** Counts the changes that were folded into {@code other}, by metric. */
  static final MetricDescriptor FOLDED =
      MetricDescriptor.of(
          MetricType.COUNTER,
          "aragora_telemetry_series_folded_total",
          "Changes of series that went to 'other' because their metric is at its series limit",
          "metric");

  private static final String OTHER = "other";

  private final InputPartition task;
  private final AggregateSettings settings;
  private final KeyValueStore<Bytes, byte[]> store;
  private final BinaryWriter writer = new BinaryWriter();
  private final Map<SeriesKey, Series> series = new LinkedHashMap<>();
  private final Map<String, Integer> admitted = new HashMap<>();
  private final List<Series> changed = new ArrayList<>();

  /** Values of metrics that this program does not know, to be written again once. */
  private final Map<SeriesKey, byte[]> carried = new LinkedHashMap<>();

  Totals(
      InputPartition task,
      Map<String, MetricDescriptor> metrics,
      AggregateSettings settings,
      KeyValueStore<Bytes, byte[]> store) {
    this.task = task;
    this.settings = settings;
    this.store = store;
    try (KeyValueIterator<Bytes, byte[]> all = StoreKeys.scanTotals(store)) {
      while (all.hasNext()) {
        restore(all.next(), metrics);
      }
    }
  }

  private void restore(KeyValue<Bytes, byte[]> entry, Map<String, MetricDescriptor> metrics) {
    SeriesKey key = SeriesKey.read(StoreKeys.reader(entry.key));
    MetricDescriptor metric = metrics.get(key.metric());
    if (metric == null) {
      carried.put(key, entry.value);
      return;
    }
    PartialValue stored = PartialValue.fromBytes(entry.value);
    if (stored.fingerprint() != metric.fingerprint()) {
      throw new IncompatibleMetricException(
          "%s is now a %s, but input partition %s holds values of another type, labels or bounds; run 'bin/telemetry replay --output generation' to count them anew from the topics, then 'replay promote'"
              .formatted(metric.name(), metric.shape(), task));
    }
    admit(
        new Series(
            key,
            metric,
            stored.read(metric),
            entry.key,
            stored.bornAtMs(),
            stored.mature(),
            stored.nextOffset()));
  }

  private void admit(Series admittedSeries) {
    series.put(admittedSeries.key, admittedSeries);
    if (!isFolded(admittedSeries.key, admittedSeries.metric)) {
      admitted.merge(admittedSeries.metric.name(), 1, Integer::sum);
    }
    markChanged(admittedSeries);
  }

  /**
   * The series that a measurement belongs to, made if it is new, {@code other} where there are too
   * many.
   */
  Series resolve(Measurement measurement, long nowMs, long nextOffset) {
    MetricDescriptor metric = measurement.metric();
    SeriesKey key = new SeriesKey(metric.name(), measurement.labelValues());
    Series known = series.get(key);
    if (known != null) {
      return known;
    }
    if (admitted.getOrDefault(metric.name(), 0) >= settings.seriesLimit()) {
      SeriesKey folded = fold(key, metric);
      if (!folded.equals(key)) {
        countFolded(metric, nowMs, nextOffset);
        known = series.get(folded);
        return known != null ? known : create(folded, metric, nowMs, nextOffset);
      }
    }
    return create(key, metric, nowMs, nextOffset);
  }

  private Series create(SeriesKey key, MetricDescriptor metric, long nowMs, long nextOffset) {
    boolean mature =
        metric.labels().isEmpty()
            || settings.birth().isZero()
            || nextOffset <= settings.handover().servedBefore(task);
    Series created =
        new Series(
            key,
            metric,
            Aggregate.zero(metric),
            StoreKeys.total(key),
            Math.max(0, nowMs),
            mature,
            nextOffset);
    admit(created);
    return created;
  }

  private void countFolded(MetricDescriptor metric, long nowMs, long nextOffset) {
    SeriesKey key = new SeriesKey(FOLDED.name(), List.of(metric.name()));
    Series folded = series.get(key);
    if (folded == null) {
      folded = create(key, FOLDED, nowMs, nextOffset);
    }
    ((SumAggregate) folded.value).add(1);
    put(folded, nextOffset);
  }

  private static SeriesKey fold(SeriesKey key, MetricDescriptor metric) {
    List<String> values = new ArrayList<>(key.labelValues());
    for (int i = 0; i < values.size(); i++) {
      if (MetricDescriptor.isFoldable(metric.labels().get(i))) {
        values.set(i, OTHER);
      }
    }
    return new SeriesKey(key.metric(), values);
  }

  private static boolean isFolded(SeriesKey key, MetricDescriptor metric) {
    return metric.labels().stream().anyMatch(MetricDescriptor::isFoldable)
        && fold(key, metric).equals(key);
  }

  /** Writes a changed series through to the store. */
  void put(Series changedSeries, long nextOffset) {
    changedSeries.nextOffset = nextOffset;
    store.put(changedSeries.storeKey, bytes(changedSeries));
    markChanged(changedSeries);
  }

  private void markChanged(Series changedSeries) {
    if (!changedSeries.changed) {
      changedSeries.changed = true;
      changed.add(changedSeries);
    }
  }

  /**
   * Sends every series that has changed since the last time, or was not sent in this life of the
   * task.
   */
  void writeOut(Output output) {
    carried.forEach((key, value) -> output.total(new MetricsKey.Partial(key, task, false), value));
    carried.clear();
    for (Series next : changed) {
      next.changed = false;
      output.total(
          new MetricsKey.Partial(next.key, task, next.metric.type().needsTopicTime()), bytes(next));
    }
    changed.clear();
  }

  private byte[] bytes(Series of) {
    return PartialValue.toBytes(writer, of.metric, of.nextOffset, of.bornAtMs, of.mature, of.value);
  }
}
