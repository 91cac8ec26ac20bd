package org.aragora.telemetry.schemas.field;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Durations in nanoseconds, as records hold them. */
public final class Nanos {
  private Nanos() {}

  /**
   * Converts a duration. Never throws, so that building an event cannot hurt the host.
   *
   * @return nanoseconds; a value that no valid event has if the duration is null or too long
   */
  public static long of(@Nullable Duration duration) {
    if (duration == null) {
      return Long.MIN_VALUE;
    }
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
