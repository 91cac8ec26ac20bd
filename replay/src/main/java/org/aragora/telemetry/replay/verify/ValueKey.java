package org.aragora.telemetry.replay.verify;

import java.time.Instant;
import org.aragora.telemetry.counting.metric.SeriesKey;

/**
 * A running total, or a window, of one input task.
 *
 * @param minute minutes since 1970 of the window's start; {@link #TOTAL} for a running total
 */
record ValueKey(SeriesKey series, long minute) {
  static final long TOTAL = Long.MIN_VALUE;

  static ValueKey total(SeriesKey series) {
    return new ValueKey(series, TOTAL);
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
