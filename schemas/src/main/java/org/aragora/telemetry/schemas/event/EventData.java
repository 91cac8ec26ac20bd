package org.aragora.telemetry.schemas.event;

import java.util.function.UnaryOperator;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.jspecify.annotations.Nullable;

/** The {@code data} object of an event. Each implementation is one event type. */
public sealed interface EventData
    permits DebateStarted,
        RoundCompleted,
        DebateCompleted,
        EloUpdated,
        RequestCompleted,
        WebsocketOpened,
        WebsocketClosed,
        AgentCallCompleted,
        InstanceHeartbeat,
        InstanceStopped,
        LogEmitted {

  /** Writes its fields, in the order of its components. */
  void write(FieldWriter out);

  /**
   * Applies {@code cut} to the texts that people and models write, which may have any length.
   *
   * @return this event, or a copy if it has such a text
   */
  default EventData cutTexts(UnaryOperator<String> cut) {
    return this;
  }

  /** The id that the event is keyed by in its topic; null if the key is the event's source. */
  @Nullable String key();
}
