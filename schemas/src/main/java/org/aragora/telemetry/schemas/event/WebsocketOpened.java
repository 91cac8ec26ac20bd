package org.aragora.telemetry.schemas.event;

import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;

/**
 * A WebSocket connection was opened.
 *
 * @param connectionId id of the connection, not empty
 * @param connections connections of the instance after it, 0 or more
 */
public record WebsocketOpened(String connectionId, long connections) implements EventData {

  /** A connection, and the number of connections after it. */
  public static WebsocketOpened of(String connectionId, long connections) {
    return new WebsocketOpened(connectionId, connections);
  }

  public static WebsocketOpened read(FieldReader in) {
    return new WebsocketOpened(
        in.name("connection_id"), in.integer("connections", 0, Bounds.CONNECTIONS));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("connection_id", connectionId)
        .integer("connections", connections, 0, Bounds.CONNECTIONS);
  }

  @Override
  public String key() {
    return connectionId;
  }
}
