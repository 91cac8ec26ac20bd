package org.aragora.telemetry.testbed.oracle;

import org.jspecify.annotations.Nullable;

/** Heartbeats, stops and websocket counts of one instance, of one partition or of several. */
final class InstanceState {
  private @Nullable LastValue heartbeat;
  private @Nullable LastValue stop;
  private @Nullable LastValue websocket;
  private long liveUntilMs = Long.MIN_VALUE;

  /** {@code untilMs}: append time plus three intervals. */
  void heartbeat(LastValue connections, long untilMs) {
    beat(connections, untilMs);
    websocket(connections);
  }

  private void beat(LastValue last, long untilMs) {
    int compared = heartbeat == null ? 1 : last.order().compareTo(heartbeat.order());
    if (compared >= 0) {
      liveUntilMs = compared > 0 ? untilMs : Math.max(liveUntilMs, untilMs);
      heartbeat = LastValue.later(heartbeat, last);
    }
  }

  void stopped(LastValue.Order order) {
    stop = LastValue.later(stop, new LastValue(order, 0));
  }

  void websocket(LastValue connections) {
    websocket = LastValue.later(websocket, connections);
  }

  void merge(InstanceState other) {
    if (other.heartbeat != null) {
      beat(other.heartbeat, other.liveUntilMs);
    }
    stop = LastValue.later(stop, other.stop);
    websocket = LastValue.later(websocket, other.websocket);
  }

  boolean isLive(long nowMs) {
    return heartbeat != null
        && (stop == null || heartbeat.order().compareTo(stop.order()) > 0)
        && nowMs < liveUntilMs;
  }

  double connections() {
    return websocket == null ? 0 : websocket.value();
  }
}
