package org.aragora.telemetry.counting.aggregate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.flow.Measurement;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.StoredMap.Entry;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.jspecify.annotations.Nullable;

/**
 * The running totals of one input partition: admits series up to a limit, in offset order, and
 * folds the rest into {@code other}.
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
  private static final Tallies.Section<SeriesKey> SECTION =
      new Tallies.Section<>('S', Codec.of(SeriesKey::write, SeriesKey::read), key -> key);

  private final InputPartition task;
  private final CountingRules rules;
  private final Handover handover;
  private final Tallies<SeriesKey> tallies;
  private final Map<String, Integer> admitted = new HashMap<>();

  /** Values of metrics that this program does not have, to be written again once. */
  private final Map<SeriesKey, byte[]> carried = new LinkedHashMap<>();

  Totals(
      Tallies.Owner owner,
      CountingRules rules,
      Handover handover,
      KeyValueStore<Bytes, byte[]> store) {
    this.task = owner.task();
    this.rules = rules;
    this.handover = handover;
    tallies = new Tallies<>(owner, store, SECTION, carried::put);
    tallies.forEach(this::admit);
  }

  private void admit(Entry<SeriesKey, Tally> entry) {
    MetricDescriptor metric = entry.value().metric;
    if (!isFolded(entry.key(), metric)) {
      admitted.merge(metric.name(), 1, Integer::sum);
    }
  }

  /**
   * The series that a measurement belongs to: added if it is new, {@code other} if there are too
   * many.
   */
  Entry<SeriesKey, Tally> resolve(Measurement measurement) {
    MetricDescriptor metric = measurement.metric();
    SeriesKey key = new SeriesKey(metric.name(), measurement.labelValues());
    Entry<SeriesKey, Tally> known = tallies.find(key);
    if (known != null) {
      return known;
    }
    if (admitted.getOrDefault(metric.name(), 0) >= rules.seriesLimit()) {
      SeriesKey folded = fold(key, metric);
      if (!folded.equals(key)) {
        countFolded(measurement);
        known = tallies.find(folded);
        return known != null ? known : add(folded, metric, measurement);
      }
    }
    return add(key, metric, measurement);
  }

  private Entry<SeriesKey, Tally> add(
      SeriesKey key, MetricDescriptor metric, Measurement measurement) {
    long nextOffset = measurement.event().nextOffset();
    boolean startsAtValue =
        metric.labels().isEmpty()
            || rules.birth().isZero()
            || nextOffset <= handover.servedBefore(task);
    Entry<SeriesKey, Tally> added =
        tallies.add(
            key,
            new Tally(
                metric,
                Aggregate.zero(metric),
                measurement.event().appendTimeMs(),
                startsAtValue,
                nextOffset));
    admit(added);
    return added;
  }

  private void countFolded(Measurement measurement) {
    SeriesKey key = new SeriesKey(FOLDED.name(), List.of(measurement.metric().name()));
    Entry<SeriesKey, Tally> folded = tallies.find(key);
    if (folded == null) {
      folded = add(key, FOLDED, measurement);
    }
    ((SumAggregate) folded.value().value).add(1);
    write(folded, measurement.event().nextOffset());
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
  void write(Entry<SeriesKey, Tally> entry, long nextOffset) {
    tallies.write(entry, nextOffset);
  }

  /** Writes every series that has changed since the last time, after a restart every one. */
  void writeOut(CountSink sink) {
    carried.forEach((key, value) -> sink.total(new MetricsKey.Partial(key, task, false), value));
    carried.clear();
    tallies.writeOut(
        (entry, value) ->
            sink.total(
                new MetricsKey.Partial(
                    entry.key(), task, entry.value().metric.type().needsTopicTime()),
                value));
  }

  /** The running total of a series, null if there is none. */
  @Nullable PartialValue get(SeriesKey series) {
    return tallies.get(series);
  }

  /** All running totals, in the order of their keys' bytes. */
  Map<SeriesKey, PartialValue> all() {
    List<Entry<SeriesKey, Tally>> sorted = new ArrayList<>();
    tallies.forEach(sorted::add);
    sorted.sort(Comparator.comparing(Entry::storeKey));
    Map<SeriesKey, PartialValue> all = new LinkedHashMap<>();
    sorted.forEach(entry -> all.put(entry.key(), tallies.value(entry)));
    return all;
  }
}
