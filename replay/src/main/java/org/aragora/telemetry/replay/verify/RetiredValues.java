package org.aragora.telemetry.replay.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.jspecify.annotations.Nullable;

/** The retired totals of the replay of one input partition. */
final class RetiredValues {
  private record Retired(PartialValue value, @Nullable MetricDescriptor metric) {}

  /** By series and incarnation. */
  private final Map<SeriesKey, NavigableMap<Long, Retired>> parts = new HashMap<>();

  void add(ValueKey key, PartialValue value, @Nullable MetricDescriptor metric) {
    parts
        .computeIfAbsent(key.series(), series -> new TreeMap<>())
        .put(key.incarnation(), new Retired(value, metric));
  }

  /**
   * The total of a retired part. The live service may have merged into it the parts that followed,
   * up to the one whose last offset its value has.
   *
   * @param nextOffset the first offset that is not in the live value
   * @return null if there is none
   */
  @Nullable PartialValue last(ValueKey key, long nextOffset) {
    NavigableMap<Long, Retired> ofSeries = parts.get(key.series());
    Retired first = ofSeries == null ? null : ofSeries.get(key.incarnation());
    if (ofSeries == null || first == null || first.metric() == null) {
      return first == null ? null : first.value();
    }
    Aggregate sum = Aggregate.zero(first.metric());
    PartialValue last = first.value();
    for (Retired part : ofSeries.tailMap(key.incarnation(), true).values()) {
      if (part.value().nextOffset() <= nextOffset) {
        last = part.value();
        sum.merge(last.read(first.metric()));
      }
    }
    BinaryWriter bytes = new BinaryWriter();
    sum.write(bytes);
    return new PartialValue(
        last.fingerprint(), last.nextOffset(), 0, first.value().flags(), bytes.toBytes());
  }

  /** Passes on each as it was retired. */
  void forEach(BiConsumer<ValueKey, PartialValue> to) {
    parts.forEach(
        (series, ofSeries) ->
            ofSeries.forEach(
                (incarnation, part) ->
                    to.accept(new ValueKey(series, ValueKey.TOTAL, incarnation), part.value())));
  }
}
