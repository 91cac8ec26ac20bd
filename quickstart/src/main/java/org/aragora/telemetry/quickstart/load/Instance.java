package org.aragora.telemetry.quickstart.load;

import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.event.EventData;

/** One simulated Aragora instance and its telemetry producer. */
interface Instance {

  void emit(EventData data, EventContext context);

  /** A connection was opened or closed; the instance has {@code connections} now. */
  void websocket(String connectionId, boolean opened, long connections);
}
