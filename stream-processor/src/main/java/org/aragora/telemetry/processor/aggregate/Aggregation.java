package org.aragora.telemetry.processor.aggregate;

import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.processor.flow.MeasuredEvent;
import org.aragora.telemetry.processor.flow.Measurement;
import org.aragora.telemetry.processor.flow.SeriesListener;
import org.aragora.telemetry.processor.flow.Times;

/**
 * Applies the measurements of one input partition, one event after the other. Made anew from the
 * store whenever a task starts; not thread-safe.
 */
final class Aggregation {
  private final Totals totals;
  private final Windows windows;
  private final LongSupplier wallClockMs;
  private final Output output;
  private final SeriesListener listener;

  Aggregation(
      InputPartition task,
      Map<String, MetricDescriptor> metrics,
      AggregateSettings settings,
      KeyValueStore<Bytes, byte[]> store,
      LongSupplier wallClockMs,
      Output output) {
    this(task, metrics, settings, store, wallClockMs, output, SeriesListener.NONE);
  }

  Aggregation(
      InputPartition task,
      Map<String, MetricDescriptor> metrics,
      AggregateSettings settings,
      KeyValueStore<Bytes, byte[]> store,
      LongSupplier wallClockMs,
      Output output,
      SeriesListener listener) {
    this.totals = new Totals(task, metrics, settings, store);
    this.windows = new Windows(task, metrics, settings, store);
    this.wallClockMs = wallClockMs;
    this.output = output;
    this.listener = listener;
  }

  void apply(MeasuredEvent measured) {
    CountedEvent event = measured.event();
    long nextOffset = event.offset() + 1;
    windows.closeBefore(event.partitionTimeNanos(), output);
    long minute = Times.minute(event.timeNanos());
    boolean windowOpen = windows.isOpen(minute, event.partitionTimeNanos());
    for (Measurement measurement : measured.measurements()) {
      MetricType type = measurement.metric().type();
      if (type == MetricType.RATIO && !windowOpen) {
        continue; // a ratio is made of windows
      }
      Series series = totals.resolve(measurement, wallClockMs.getAsLong(), nextOffset);
      measurement.change().accept(series.value);
      totals.put(series, nextOffset);
      listener.changed(series.key, series.metric, event.timeNanos(), measurement.change());
      if (windowOpen && (type == MetricType.COUNTER || type == MetricType.HISTOGRAM)) {
        Window window = windows.resolve(series, minute);
        measurement.change().accept(window.value);
        windows.put(window, nextOffset);
      }
    }
  }

  /** Sends every total and window that has changed since the last time. */
  void writeOut() {
    totals.writeOut(output);
    windows.writeOut(output);
  }
}
