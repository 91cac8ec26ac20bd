package org.aragora.telemetry.counting.aggregate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.flow.Measurement;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.StoredMap.Entry;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.counting.value.PartialValue;
import org.jspecify.annotations.Nullable;

/**
 * Applies the measurements of one input partition to its totals and windows. Created from the store
 * whenever a task starts; not thread-safe.
 */
public final class Aggregation {
  /** Metrics that this stage adds to those of the catalog. */
  public static final List<MetricDescriptor> OWN_METRICS = List.of(Totals.FOLDED, Totals.RETIRED);

  /**
   * The counting that this is a part of.
   *
   * @param metrics those of the catalog
   */
  public record Setup(
      InputPartition task,
      List<MetricDescriptor> metrics,
      CountingRules rules,
      Handover handover) {}

  private final Totals totals;
  private final Windows windows;
  private final CountSink sink;

  public Aggregation(Setup setup, WriteBehind store, CountSink sink) {
    Map<String, MetricDescriptor> byName = new HashMap<>();
    setup.metrics().forEach(metric -> byName.put(metric.name(), metric));
    OWN_METRICS.forEach(metric -> byName.put(metric.name(), metric));
    Tallies.Owner owner = new Tallies.Owner(setup.task(), byName);
    this.totals = new Totals(owner, setup.rules(), setup.handover(), store);
    this.windows = new Windows(owner, setup.rules(), store, totals::shared);
    this.sink = sink;
  }

  /**
   * A record is next, counted or not: retires the parts of series that have long been unchanged.
   *
   * @param appendMs append time of the partition with this record
   * @param nextOffset offset after the record
   */
  public void moveTo(long appendMs, long nextOffset) {
    totals.moveTo(appendMs, nextOffset, sink);
  }

  /** An event is next: closes the windows that do not take it. Its measurements follow. */
  public void advance(CountedEvent event) {
    windows.closeBefore(event.partitionTimeNanos(), sink);
  }

  /** Applies one measurement of the event. */
  public void apply(Measurement measurement) {
    CountedEvent event = measurement.event();
    MetricType type = measurement.metric().type();
    long minute = Times.minute(event.timeNanos());
    boolean windowOpen = windows.isOpen(minute, event.partitionTimeNanos());
    if (type == MetricType.RATIO && !windowOpen) {
      return; // a ratio is made of windows
    }
    long nextOffset = event.nextOffset();
    Entry<SeriesKey, Tally> total = totals.resolve(measurement);
    measurement.applyTo(total.value().value);
    totals.write(total);
    sink.changed(total.key(), measurement);
    if (windowOpen && (type == MetricType.COUNTER || type == MetricType.HISTOGRAM)) {
      Entry<Windows.Key, Tally> window = windows.resolve(total, minute);
      measurement.applyTo(window.value().value);
      windows.write(window, nextOffset);
    }
  }

  /** Writes every total and window that has changed since the last time. */
  public void writeOut() {
    totals.writeOut(sink);
    windows.writeOut(sink);
  }

  /** The running total of a part, null if it is not the living part of its series. */
  public @Nullable PartialValue total(SeriesKey series, long incarnation) {
    return totals.get(series, incarnation);
  }

  /** All running totals by the keys of their records, in the order of the series' bytes. */
  public Map<MetricsKey.Partial, PartialValue> totals() {
    return totals.all();
  }

  /** The open window of a series, null if there is none. */
  public @Nullable PartialValue window(SeriesKey series, long minute) {
    return windows.get(series, minute);
  }
}
