package org.aragora.telemetry.counting.aggregate;

import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.PartialValue;

/** The value of one series so far, in total or in one minute, as one task has it. Mutable. */
final class Tally {
  final MetricDescriptor metric;
  final Aggregate value;

  /** Append time of the event that began the series; of a window 0. */
  final long firstSeenMs;

  /** If the series need not be served as 0 first. */
  final boolean startsAtValue;

  boolean changed;
  long nextOffset;

  Tally(
      MetricDescriptor metric,
      Aggregate value,
      long firstSeenMs,
      boolean startsAtValue,
      long nextOffset) {
    this.metric = metric;
    this.value = value;
    this.firstSeenMs = firstSeenMs;
    this.startsAtValue = startsAtValue;
    this.nextOffset = nextOffset;
  }

  /** Appends a {@link PartialValue}. */
  void write(BinaryWriter out) {
    PartialValue.write(out, metric, nextOffset, firstSeenMs, startsAtValue, value);
  }
}
