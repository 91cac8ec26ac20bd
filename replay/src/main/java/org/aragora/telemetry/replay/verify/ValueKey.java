package org.aragora.telemetry.replay.verify;

import java.time.Instant;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;

/**
 * A running total, or a window, of one input task.
 *
 * @param minute minutes since 1970 of the window's start; {@link #TOTAL} for a running total
 * @param incarnation of a running total, see {@link MetricsKey.Partial}; of a window 0
 */
record ValueKey(SeriesKey series, long minute, long incarnation) {
  static final long TOTAL = Long.MIN_VALUE;

  static ValueKey total(MetricsKey.Partial part) {
    return new ValueKey(part.series(), TOTAL, part.incarnation());
  }

  static ValueKey window(WindowKey window) {
    return new ValueKey(window.series(), window.minute(), 0);
  }

  boolean isTotal() {
    return minute == TOTAL;
  }

  /** In words. */
  String text() {
    String name = series.metric() + series.labelValues();
    return isTotal() ? name : name + " in the minute " + Instant.ofEpochSecond(minute * 60);
  }
}
