package org.aragora.telemetry.producer.event;

import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.EventType;

/**
 * An event with optional fields, on its way to be built. Nothing is checked before it is emitted,
 * so filling one in never throws. Not thread-safe.
 */
public sealed interface EventDetails
    permits AgentCall, DebateEnd, DebateStart, EloUpdate, LogLine, Request {

  /** What kind of event it is. */
  EventType type();

  /** What it says. Throws where a required field is null or a duration does not fit. */
  EventData build();
}
