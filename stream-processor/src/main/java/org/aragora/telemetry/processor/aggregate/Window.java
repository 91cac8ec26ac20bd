package org.aragora.telemetry.processor.aggregate;

import org.apache.kafka.common.utils.Bytes;
import org.aragora.telemetry.counting.metric.Aggregate;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;

/** What one task has counted for one series in one minute. Mutable. */
final class Window {
  final SeriesKey series;
  final MetricDescriptor metric;
  final long minute;
  final Aggregate value;
  final Bytes storeKey;
  boolean changed;
  long nextOffset;

  Window(
      SeriesKey series,
      MetricDescriptor metric,
      long minute,
      Aggregate value,
      Bytes storeKey,
      long nextOffset) {
    this.series = series;
    this.metric = metric;
    this.minute = minute;
    this.value = value;
    this.storeKey = storeKey;
    this.nextOffset = nextOffset;
  }
}
