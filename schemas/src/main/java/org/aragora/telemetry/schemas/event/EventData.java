package org.aragora.telemetry.schemas.event;

/** What one event says: its {@code data} object. Each implementation is one event type. */
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

  /** The id that the event is keyed by in its topic; null where the key is the event's source. */
  @org.jspecify.annotations.Nullable
  String key();
}
