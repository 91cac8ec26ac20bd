package org.aragora.telemetry.processor.ingest;

import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * The append time that one input partition has reached: that of its last record, and while the
 * broker confirms that there is nothing more to read, as much later as the monotonic clock says.
 * Never goes back.
 */
final class AppendClock {
  private static final long NANOS_PER_MS = 1_000_000;

  private final LongSupplier nanoClock;
  private long nowMs;
  private long anchorNanos;

  AppendClock(long startMs, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.nowMs = startMs;
    this.anchorNanos = nanoClock.getAsLong();
  }

  void recordRead(long appendMs) {
    nowMs = Math.max(nowMs, appendMs);
    anchorNanos = nanoClock.getAsLong();
  }

  /** Advances to a moment of {@link System#nanoTime} at which everything had been read. */
  void readToEnd(OptionalLong atNanos) {
    if (atNanos.isPresent()) {
      long elapsedMs = (atNanos.getAsLong() - anchorNanos) / NANOS_PER_MS;
      if (elapsedMs > 0) {
        nowMs += elapsedMs;
        anchorNanos += elapsedMs * NANOS_PER_MS;
      }
    }
  }

  long nowMs() {
    return nowMs;
  }
}
