package org.aragora.telemetry.exporter.backend;

import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventTime;
import org.jspecify.annotations.Nullable;

/**
 * A decoded event with the data of its record.
 *
 * @param origin record that contains it
 * @param time time at which the event counts
 * @param start start of a debate that ended, null for all other events
 */
public record EventRecord(
    Event event,
    ConsumerRecord<byte[], byte[]> origin,
    EventTime time,
    @Nullable DebateStart start) {

  /** The event's own time if it counts at another because its clock runs ahead, else null. */
  public @Nullable Instant skewedTime() {
    return time.isSkewed() ? event.time() : null;
  }
}
