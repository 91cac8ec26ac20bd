package org.aragora.telemetry.schemas.event;

import java.util.Map;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.jspecify.annotations.Nullable;

/**
 * An instance is alive. The counts are cumulative over one run.
 *
 * @param instanceId id of the instance, not empty
 * @param websocketConnections its open WebSocket connections, 0 or more
 * @param intervalNanos time between two heartbeats, 0 to 1e18 ns
 * @param emitted per topic, number of events that the broker has acknowledged
 * @param dropped per topic, number of events that the producer has dropped
 */
public record InstanceHeartbeat(
    String instanceId,
    long websocketConnections,
    long intervalNanos,
    Map<String, Long> emitted,
    Map<String, Long> dropped)
    implements EventData {

  public InstanceHeartbeat {
    emitted = Map.copyOf(emitted);
    dropped = Map.copyOf(dropped);
  }

  public static InstanceHeartbeat read(FieldReader in) {
    return new InstanceHeartbeat(
        in.name("instance_id"),
        in.integer("websocket_connections", 0, Bounds.CONNECTIONS),
        in.interval("interval_seconds"),
        in.counts("emitted"),
        in.counts("dropped"));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("instance_id", instanceId)
        .integer("websocket_connections", websocketConnections, 0, Bounds.CONNECTIONS)
        .interval("interval_seconds", intervalNanos)
        .counts("emitted", emitted)
        .counts("dropped", dropped);
  }

  @Override
  public @Nullable String key() {
    return null;
  }
}
