package org.aragora.telemetry.replay.output;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.replay.read.Bounds;
import org.aragora.telemetry.replay.read.Minutes;
import org.aragora.telemetry.replay.read.PartitionReplay;
import org.jspecify.annotations.Nullable;

/**
 * The totals of a replay, over all input partitions.
 *
 * @param metrics every metric, in the order in which it is served
 * @param range the offsets that were read
 * @param ledgers the account of each input partition
 * @param totals the merged total of every series, in order, whatever part of it was retired since
 * @param windows the merged windows, in order; empty if none were kept
 * @param minutes changes in each minute of event time; empty if they were not kept
 * @param firstAppendMs append time of the first record, the greatest long if there is none
 */
public record Result(
    List<MetricDescriptor> metrics,
    SortedMap<InputPartition, Bounds> range,
    SortedMap<InputPartition, Ledger> ledgers,
    SortedMap<SeriesKey, Aggregate> totals,
    SortedMap<WindowId, Aggregate> windows,
    Minutes minutes,
    long firstAppendMs) {

  /** Puts the partitions together; what they hold must not be used afterwards. */
  public static Result of(Collection<PartitionReplay> partitions, List<MetricDescriptor> metrics) {
    Map<String, MetricDescriptor> byName = new HashMap<>();
    metrics.forEach(metric -> byName.put(metric.name(), metric));
    SortedMap<InputPartition, Bounds> range = new TreeMap<>();
    SortedMap<InputPartition, Ledger> ledgers = new TreeMap<>();
    SortedMap<SeriesKey, Aggregate> totals = new TreeMap<>(WindowId.BY_SERIES);
    SortedMap<WindowId, Aggregate> windows = new TreeMap<>();
    Minutes minutes = new Minutes();
    long firstAppendMs = Long.MAX_VALUE;
    for (MetricDescriptor metric : metrics) {
      // A series without labels exists from the start; a gauge only once it has a value.
      if (metric.labels().isEmpty() && metric.type() != MetricType.LATEST_GAUGE) {
        totals.put(new SeriesKey(metric.name(), List.of()), Aggregate.zero(metric));
      }
    }
    for (PartitionReplay partition : partitions) {
      range.put(partition.partition(), partition.bounds());
      ledgers.put(partition.partition(), partition.counter().ledger());
      partition
          .counter()
          .totals()
          .forEach(
              (key, value) ->
                  merge(totals, key.series(), byName.get(key.series().metric()), value));
      partition
          .retired()
          .sums()
          .forEach((series, sum) -> totals.merge(series, sum, Result::merged));
      partition
          .windows()
          .forEach(
              (key, value) ->
                  merge(
                      windows,
                      new WindowId(key.series(), key.minute()),
                      byName.get(key.series().metric()),
                      value));
      minutes.merge(partition.minutes());
      firstAppendMs = Math.min(firstAppendMs, partition.firstAppendMs());
    }
    return new Result(metrics, range, ledgers, totals, windows, minutes, firstAppendMs);
  }

  private static Aggregate merged(Aggregate into, Aggregate more) {
    into.merge(more);
    return into;
  }

  private static <K> void merge(
      Map<K, Aggregate> into, K key, @Nullable MetricDescriptor metric, PartialValue value) {
    if (metric != null) {
      into.computeIfAbsent(key, k -> Aggregate.zero(metric)).merge(value.read(metric));
    }
  }

  /** The descriptor of a series' metric. */
  MetricDescriptor metric(SeriesKey series) {
    return metrics.stream()
        .filter(metric -> metric.name().equals(series.metric()))
        .findFirst()
        .orElseThrow();
  }
}
