package org.aragora.telemetry.exporter.backend;

import java.time.Instant;
import org.aragora.telemetry.schemas.envelope.Event;
import org.jspecify.annotations.Nullable;

/**
 * A decoded event with the data of its record.
 *
 * @param topic full name of the topic that contains it
 * @param valueBytes size of the record's value
 * @param time time of the event, its append time without one
 * @param start start of a debate that ended, null for all other events
 */
public record EventRecord(
    Event event, String topic, int valueBytes, Instant time, @Nullable DebateStart start) {

  /** Time in nanoseconds since 1970. */
  public long epochNanos() {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
  }
}
