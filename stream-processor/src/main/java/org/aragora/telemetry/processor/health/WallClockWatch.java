package org.aragora.telemetry.processor.health;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Detects that the wall clock was set back. Kafka's clients wait by the wall clock: after a step
 * back their timers stand still until the clock has caught up, for hours if need be. Clients that
 * are created after the step are not affected. For one thread.
 */
public final class WallClockWatch {
  private final LongSupplier wallClockMs;
  private final LongSupplier nanoClock;
  private final Duration tolerated;
  private long latestMs;

  /**
   * Starts to watch.
   *
   * @param tolerated step that the clients bear
   */
  public WallClockWatch(LongSupplier wallClockMs, LongSupplier nanoClock, Duration tolerated) {
    this.wallClockMs = wallClockMs;
    this.nanoClock = nanoClock;
    this.tolerated = tolerated;
    this.latestMs = lead();
  }

  /** Milliseconds by which the wall clock is ahead of the monotonic one; any origin. */
  private long lead() {
    return wallClockMs.getAsLong() - nanoClock.getAsLong() / 1_000_000;
  }

  /**
   * The time by which the clock has been set back since the greatest lead that was seen; zero if
   * that is tolerated. Each step is reported once.
   */
  public Duration setBack() {
    long leadMs = lead();
    Duration back = Duration.ofMillis(latestMs - leadMs);
    if (back.compareTo(tolerated) > 0) {
      latestMs = leadMs;
      return back;
    }
    latestMs = Math.max(latestMs, leadMs);
    return Duration.ZERO;
  }
}
