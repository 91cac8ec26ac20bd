package org.aragora.telemetry.counting.flow;

import java.time.Instant;

/** Event times as nanoseconds since 1970; valid events lie between 2020 and an hour from now. */
public final class Times {
  public static final long NANOS_PER_MS = 1_000_000;
  public static final long NANOS_PER_SECOND = 1_000_000_000;
  public static final long NANOS_PER_MINUTE = 60 * NANOS_PER_SECOND;

  private Times() {}

  public static long nanos(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), NANOS_PER_SECOND), time.getNano());
  }

  public static Instant instant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
  }

  /** Minutes since 1970 of the window that a time falls in. */
  public static long minute(long nanos) {
    return Math.floorDiv(nanos, NANOS_PER_MINUTE);
  }
}
