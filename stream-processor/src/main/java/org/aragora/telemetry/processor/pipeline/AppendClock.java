package org.aragora.telemetry.processor.pipeline;

import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.aragora.telemetry.counting.flow.Times;

/**
 * The append time that one input partition has reached: that of its last record. While the broker
 * confirms that all is read, it advances with the monotonic clock. Goes back only with the append
 * time of the partition, if that is set back.
 */
final class AppendClock {
  private final LongSupplier nanoClock;
  private long nowMs;
  private long readMs = Long.MIN_VALUE;
  private long anchorNanos;

  AppendClock(long startMs, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.nowMs = startMs;
    this.anchorNanos = nanoClock.getAsLong();
  }

  /** {@code appendMs}: of the partition, after the record. */
  void recordRead(long appendMs) {
    nowMs = appendMs < readMs ? appendMs : Math.max(nowMs, appendMs);
    readMs = appendMs;
    anchorNanos = nanoClock.getAsLong();
  }

  /** Advances to a moment of {@link System#nanoTime} at which everything had been read. */
  void readToEnd(OptionalLong atNanos) {
    if (atNanos.isPresent()) {
      long elapsedMs = (atNanos.getAsLong() - anchorNanos) / Times.NANOS_PER_MS;
      if (elapsedMs > 0) {
        nowMs += elapsedMs;
        anchorNanos += elapsedMs * Times.NANOS_PER_MS;
      }
    }
  }

  long nowMs() {
    return nowMs;
  }
}
