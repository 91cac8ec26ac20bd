package org.aragora.telemetry.testbed.oracle;

import org.jspecify.annotations.Nullable;

/** Heartbeats, stops and websocket counts of one instance, of one partition or of several. */
final class InstanceState {
  private @Nullable LastValue heartbeat;
  private @Nullable LastValue stop;
  private @Nullable LastValue websocket;
  private long liveUntilMs = Long.MIN_VALUE;
  private boolean overLimit = true;

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
    overLimit &= other.overLimit || other.liveUntilMs == Long.MIN_VALUE;
    if (other.heartbeat != null) {
      beat(other.heartbeat, other.liveUntilMs);
    }
    stop = LastValue.later(stop, other.stop);
    websocket = LastValue.later(websocket, other.websocket);
  }

  /** Append time until which it lives at most, as far as is known. */
  long liveUntilMs() {
    return isRunning() ? liveUntilMs : Long.MIN_VALUE;
  }

  void setBack(long ms) {
    liveUntilMs -= liveUntilMs == Long.MIN_VALUE ? 0 : ms;
  }

  void setOverLimit(boolean over) {
    overLimit = over;
  }

  /** If no part with a heartbeat has a place under the limit. */
  boolean isOverLimit() {
    return overLimit;
  }

  private boolean isRunning() {
    return heartbeat != null && (stop == null || heartbeat.order().compareTo(stop.order()) > 0);
  }

  boolean isLive(long nowMs) {
    return isRunning() && nowMs < liveUntilMs;
  }

  double connections() {
    return websocket == null ? 0 : websocket.value();
  }
}
