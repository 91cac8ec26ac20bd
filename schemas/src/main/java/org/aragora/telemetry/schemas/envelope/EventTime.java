package org.aragora.telemetry.schemas.envelope;

import java.time.Duration;
import java.time.Instant;

/**
 * The time at which a valid event counts: its {@code time}, or the append time of its record if it
 * has none or if its clock runs ahead of the broker's. Every reader of events uses this rule, so
 * that an event has one time in metrics, spans and log lines.
 *
 * @param nanos nanoseconds since 1970
 * @param isSkewed true if the event's own time lies too far after the append time
 */
public record EventTime(long nanos, boolean isSkewed) {
  private static final long NANOS_PER_MS = 1_000_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** Append times are taken as no later than this, in 2262: nanoseconds must fit. */
  private static final long MAX_APPEND_MS =
      Long.MAX_VALUE / NANOS_PER_MS - Duration.ofDays(30).toMillis();

  /**
   * Judges a valid event.
   *
   * @param appendTimeMs timestamp of its record, milliseconds since 1970
   * @param maxClockSkew how far its time may lie after the append time
   */
  public static EventTime of(Event event, long appendTimeMs, Duration maxClockSkew) {
    long appendNanos = Math.max(0, Math.min(appendTimeMs, MAX_APPEND_MS)) * NANOS_PER_MS;
    Instant time = event.time();
    if (time == null) {
      return new EventTime(appendNanos, false);
    }
    // No overflow: a valid event's time lies between 2020 and an hour after its append time.
    long nanos = time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
    return nanos - appendNanos > maxClockSkew.toNanos()
        ? new EventTime(appendNanos, true)
        : new EventTime(nanos, false);
  }

  /** The time as an instant. */
  public Instant instant() {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
  }
}
