package org.aragora.telemetry.processor.aggregate;

import org.apache.kafka.common.utils.Bytes;
import org.aragora.telemetry.counting.metric.Aggregate;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;

/** The running total of one series, as one task has it. Mutable. */
final class Series {
  final SeriesKey key;
  final MetricDescriptor metric;
  final Aggregate value;
  final Bytes storeKey;
  final long bornAtMs;
  final boolean mature;
  boolean changed;
  long nextOffset;

  Series(
      SeriesKey key,
      MetricDescriptor metric,
      Aggregate value,
      Bytes storeKey,
      long bornAtMs,
      boolean mature,
      long nextOffset) {
    this.key = key;
    this.metric = metric;
    this.value = value;
    this.storeKey = storeKey;
    this.bornAtMs = bornAtMs;
    this.mature = mature;
    this.nextOffset = nextOffset;
  }
}
