package org.aragora.telemetry.quickstart.load;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Wall-clock time of monotonic moments: an operation lies exactly within another if its moments do.
 * It follows a step of the wall clock of more than a second. Not thread-safe.
 */
final class SampleClock {
  private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Clock wall;
  private long offsetNanos;

  SampleClock(Clock wall) {
    this.wall = wall;
  }

  /** Returns the time at a value of {@link System#nanoTime} that was read just now. */
  Instant at(long monotonicNanos) {
    Instant now = wall.instant();
    long offset = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - monotonicNanos;
    if (Math.abs(offset - offsetNanos) > STEP_NANOS) {
      offsetNanos = offset;
    }
    return Instant.ofEpochSecond(0, monotonicNanos + offsetNanos);
  }
}
