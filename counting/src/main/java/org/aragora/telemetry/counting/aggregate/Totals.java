package org.aragora.telemetry.counting.aggregate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.flow.Measurement;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.StoredMap.Entry;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.jspecify.annotations.Nullable;

/**
 * The running totals of one input partition: admits series up to a limit, in offset order, and
 * folds the rest into {@code other}. A part that has long been unchanged is retired: its last value
 * is written with a flag, then it is forgotten, and its place under the limit is free again.
 *
 * <p>Instances do not fold, because their connections are summed. Each that is over the limit keeps
 * a part of its own with a mark; such parts are as many as there are instances alive.
 */
final class Totals {
  /** Counts the changes that were folded into {@code other}, by metric. */
  static final MetricDescriptor FOLDED =
      MetricDescriptor.of(
          MetricType.COUNTER,
          "aragora_telemetry_series_folded_total",
          "Changes of series that went to 'other' because their metric is at its series limit",
          "metric");

  /** Counts the parts that were retired, by metric. */
  static final MetricDescriptor RETIRED =
      MetricDescriptor.of(
          MetricType.COUNTER,
          "aragora_telemetry_series_retired_total",
          "Series that an input partition has retired, because nothing had changed them for long",
          "metric");

  private static final String OTHER = "other";

  /** Over it, the instance that was silent longest is retired. */
  private static final int MAX_INSTANCES = 100_000;

  private static final Tallies.Section<SeriesKey> SECTION =
      new Tallies.Section<>('S', Codec.of(SeriesKey::write, SeriesKey::read), key -> key);

  private final InputPartition task;
  private final CountingRules rules;
  private final Handover handover;
  private final Tallies<SeriesKey> tallies;
  private final Map<String, Integer> admitted = new HashMap<>();
  private final Lifetimes ordinary;
  private final Lifetimes instances;

  /** Values of metrics that this program does not have, to be written again once. */
  private final Map<SeriesKey, Tally.Stored> carried = new LinkedHashMap<>();

  /** Append time of the partition with the record that is being counted. */
  private long nowMs = Tally.UNKNOWN;

  /** Offset after that record. */
  private long nextOffset;

  private boolean anyUnknown;

  /** If every histogram so far has exponential buckets; else none that is new has them. */
  private boolean keepsExponential = true;

  Totals(Tallies.Owner owner, CountingRules rules, Handover handover, WriteBehind store) {
    this.task = owner.task();
    this.rules = rules;
    this.handover = handover;
    ordinary = new Lifetimes(rules.seriesRetention().toMillis());
    instances = new Lifetimes(rules.instanceRetention().toMillis());
    tallies = new Tallies<>(owner, store, SECTION, carried::put);
    tallies.forEach(this::restore);
  }

  private void restore(Entry<SeriesKey, Tally> entry) {
    admit(entry);
    watch(entry);
    nowMs = Math.max(nowMs, entry.value().changedMs);
    anyUnknown |= entry.value().changedMs == Tally.UNKNOWN;
    if (entry.value().value instanceof HistogramAggregate histogram) {
      keepsExponential &= histogram.exponential() != null;
    }
  }

  private void admit(Entry<SeriesKey, Tally> entry) {
    if (takesAPlace(entry)) {
      admitted.merge(entry.value().metric.name(), 1, Integer::sum);
    }
  }

  private static boolean takesAPlace(Entry<SeriesKey, Tally> entry) {
    return !entry.value().overLimit && !isFolded(entry.key(), entry.value().metric);
  }

  private void watch(Entry<SeriesKey, Tally> entry) {
    MetricDescriptor metric = entry.value().metric;
    if (metric.seriesEnd()) {
      lifetimes(metric).add(entry);
    }
  }

  private Lifetimes lifetimes(MetricDescriptor metric) {
    return metric.isOfInstances() ? instances : ordinary;
  }

  /**
   * A record is next: retires the parts whose retention has passed.
   *
   * @param appendMs append time of the partition with this record
   * @param next offset after the record
   */
  void moveTo(long appendMs, long next, CountSink sink) {
    nextOffset = next;
    boolean setBack = appendMs < nowMs;
    nowMs = appendMs;
    if (setBack || anyUnknown) {
      rebase();
    }
    retireDue(ordinary, sink);
    retireDue(instances, sink);
    while (instances.size() > MAX_INSTANCES) {
      retire(Objects.requireNonNull(instances.first(Long.MAX_VALUE)), sink);
    }
  }

  private void retireDue(Lifetimes lifetimes, CountSink sink) {
    for (var part = lifetimes.next(nowMs); part != null; part = lifetimes.next(nowMs)) {
      retire(part, sink);
    }
  }

  /**
   * Sets what lies after an append time to it, because the clock of the broker was set back; so too
   * what an earlier release stored without a time.
   */
  private void rebase() {
    ordinary.clear();
    instances.clear();
    tallies.forEach(
        entry -> {
          Tally tally = entry.value();
          if (tally.changedMs == Tally.UNKNOWN) {
            tally.changedMs = nowMs;
            tallies.store(entry);
          } else if (tally.changedMs > nowMs) {
            if (tally.value instanceof InstanceAggregate instance) {
              instance.setBack(tally.changedMs - nowMs);
            }
            tally.changedMs = nowMs;
            tallies.write(entry, nextOffset);
          }
          watch(entry);
        });
    anyUnknown = false;
  }

  private void retire(Entry<SeriesKey, Tally> part, CountSink sink) {
    Tally tally = part.value();
    if (takesAPlace(part)) {
      admitted.merge(tally.metric.name(), -1, Integer::sum);
    }
    tally.retired = true;
    tally.nextOffset = nextOffset;
    sink.total(key(part), tallies.bytes(tally));
    tallies.remove(part);
    countOwn(RETIRED, tally.metric);
  }

  /**
   * The series that a measurement belongs to: added if it is new, {@code other} if there are too
   * many.
   */
  Entry<SeriesKey, Tally> resolve(Measurement measurement) {
    MetricDescriptor metric = measurement.metric();
    Entry<SeriesKey, Tally> known = tallies.find(measurement.series());
    if (known != null) {
      if (known.value().overLimit) {
        stayOverLimit(known, isFull(metric));
      }
      return known;
    }
    SeriesKey key = measurement.series().toKey();
    SeriesKey folded = isFull(metric) ? fold(key, metric) : key;
    if (folded.equals(key)) {
      return add(key, metric, false);
    }
    countOwn(FOLDED, metric);
    if (metric.type() == MetricType.INSTANCE) {
      return add(key, metric, true);
    }
    known = tallies.find(folded);
    return known != null ? known : add(folded, metric, false);
  }

  private boolean isFull(MetricDescriptor metric) {
    return admitted.getOrDefault(metric.name(), 0) >= rules.seriesLimit();
  }

  /** An instance that was over the limit takes a place that is free now. */
  private void stayOverLimit(Entry<SeriesKey, Tally> instance, boolean full) {
    if (full) {
      countOwn(FOLDED, instance.value().metric);
    } else {
      instance.value().overLimit = false;
      admit(instance);
    }
  }

  private Entry<SeriesKey, Tally> add(SeriesKey key, MetricDescriptor metric, boolean overLimit) {
    boolean startsAtValue =
        metric.labels().isEmpty()
            || rules.birth().isZero()
            || nextOffset <= handover.servedBefore(task);
    // A part that was retired stays in the topic under its own key.
    boolean mayReturn = metric.seriesEnd() && tallies.find(own(RETIRED, metric)) != null;
    Aggregate zero = Aggregate.zero(metric);
    if (!keepsExponential && zero instanceof HistogramAggregate histogram) {
      histogram.leaveOutExponential();
    }
    Tally tally =
        new Tally(
            metric, zero, new Tally.Beginning(nowMs, startsAtValue, mayReturn ? nextOffset : 0));
    tally.overLimit = overLimit;
    tally.changedMs = nowMs;
    Entry<SeriesKey, Tally> added = tallies.add(key, tally);
    admit(added);
    watch(added);
    return added;
  }

  private static SeriesKey own(MetricDescriptor own, MetricDescriptor of) {
    return new SeriesKey(own.name(), List.of(of.name()));
  }

  private void countOwn(MetricDescriptor own, MetricDescriptor of) {
    SeriesKey key = own(own, of);
    Entry<SeriesKey, Tally> known = tallies.find(key);
    Entry<SeriesKey, Tally> entry = known == null ? add(key, own, false) : known;
    ((SumAggregate) entry.value().value).add(1);
    write(entry);
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
    boolean anyFoldable = false;
    List<String> values = key.labelValues();
    for (int i = 0; i < values.size(); i++) {
      if (MetricDescriptor.isFoldable(metric.labels().get(i))) {
        anyFoldable = true;
        if (!values.get(i).equals(OTHER)) {
          return false;
        }
      }
    }
    return anyFoldable;
  }

  /** The key of a total that equals a key, so that one object is enough; else that key. */
  SeriesKey shared(SeriesKey key) {
    Entry<SeriesKey, Tally> known = tallies.find(key);
    return known == null ? key : known.key();
  }

  /** Marks a series that the record has changed. */
  void write(Entry<SeriesKey, Tally> entry) {
    Tally tally = entry.value();
    tally.changedMs = nowMs;
    tallies.write(entry, nextOffset);
    if (tally.metric.seriesEnd()) {
      lifetimes(tally.metric).changed(entry);
    }
  }

  /** Writes every series that has changed since the last time, after a restart every one. */
  void writeOut(CountSink sink) {
    carried.forEach(
        (series, stored) ->
            sink.total(
                new MetricsKey.Partial(series, task, false, stored.incarnation()),
                stored.value().toBytes()));
    carried.clear();
    tallies.writeOut((entry, value) -> sink.total(key(entry), value));
  }

  private MetricsKey.Partial key(Entry<SeriesKey, Tally> entry) {
    Tally tally = entry.value();
    return new MetricsKey.Partial(
        entry.key(), task, tally.metric.type().needsTopicTime(), tally.incarnation());
  }

  /** The running total of a part, null if it is not the living part of its series. */
  @Nullable PartialValue get(SeriesKey series, long incarnation) {
    Entry<SeriesKey, Tally> part = tallies.find(series);
    return part == null || part.value().incarnation() != incarnation ? null : tallies.value(part);
  }

  /** All running totals by the keys of their records, in the order of the series' bytes. */
  Map<MetricsKey.Partial, PartialValue> all() {
    Map<Bytes, Entry<SeriesKey, Tally>> sorted = new TreeMap<>();
    BinaryWriter out = new BinaryWriter();
    tallies.forEach(
        entry -> {
          entry.key().write(out.reset());
          sorted.put(Bytes.wrap(out.toBytes()), entry);
        });
    Map<MetricsKey.Partial, PartialValue> all = new LinkedHashMap<>();
    sorted.values().forEach(entry -> all.put(key(entry), tallies.value(entry)));
    return all;
  }
}
