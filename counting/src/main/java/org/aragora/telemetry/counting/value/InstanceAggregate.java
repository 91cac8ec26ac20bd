package org.aragora.telemetry.counting.value;

import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * State of one instance. Stop and heartbeat are ordered by event time; a heartbeat keeps the
 * instance alive from its append time on.
 */
public final class InstanceAggregate implements Aggregate {
  /** Heartbeat intervals after which an instance counts as silent. */
  private static final int LIVE_INTERVALS = 3;

  private static final long NANOS_PER_MS = 1_000_000;

  private EventOrder heartbeat = EventOrder.NONE;
  private long liveUntilMs = Long.MIN_VALUE;
  private EventOrder stop = EventOrder.NONE;
  private EventOrder websocket = EventOrder.NONE;
  private long websocketConnections;

  /** A heartbeat was appended at {@code appendTimeMs}. */
  public void heartbeat(EventOrder order, long appendTimeMs, long intervalNanos, long connections) {
    long intervalsMs = Math.min(intervalNanos, Long.MAX_VALUE / LIVE_INTERVALS) * LIVE_INTERVALS;
    heartbeat(order, appendTimeMs + intervalsMs / NANOS_PER_MS);
    websocket(order, connections);
  }

  /** The greatest heartbeat alone counts, so that no interval outlives a shorter one. */
  private void heartbeat(EventOrder order, long untilMs) {
    int compared = order.compareTo(heartbeat);
    if (compared > 0 || (compared == 0 && untilMs > liveUntilMs)) {
      heartbeat = order;
      liveUntilMs = untilMs;
    }
  }

  /** The append time of the heartbeats was ahead by so much. */
  public void setBack(long ms) {
    if (liveUntilMs != Long.MIN_VALUE) {
      liveUntilMs -= ms;
    }
  }

  /** Records that the instance stops. */
  public void stopped(EventOrder order) {
    if (order.isAfter(stop)) {
      stop = order;
    }
  }

  /** Records the number of connections of the instance. */
  public void websocket(EventOrder order, long connections) {
    int compared = order.compareTo(websocket);
    // Of two counts of one event the greater, so that it does not matter which part is merged
    // first.
    if (compared > 0 || (compared == 0 && connections > websocketConnections)) {
      websocket = order;
      websocketConnections = connections;
    }
  }

  /** Returns true if there was a heartbeat, and no stop after the last one. */
  public boolean isRunning() {
    return heartbeat.isAfter(stop);
  }

  /** Returns true if it is alive at an append time. */
  public boolean isLive(long appendTimeMs) {
    return isRunning() && appendTimeMs < liveUntilMs;
  }

  /** Append time at which it falls silent, unless another heartbeat comes. */
  public long liveUntilMs() {
    return liveUntilMs;
  }

  /** Returns true if its last heartbeat is that of {@code other}. */
  public boolean hasHeartbeatOf(InstanceAggregate other) {
    return heartbeat.compareTo(other.heartbeat) == 0;
  }

  /** Its last known number of WebSocket connections. */
  public long websocketConnections() {
    return websocketConnections;
  }

  @Override
  public void merge(Aggregate other) {
    InstanceAggregate that = (InstanceAggregate) other;
    heartbeat(that.heartbeat, that.liveUntilMs);
    stopped(that.stop);
    websocket(that.websocket, that.websocketConnections);
  }

  @Override
  public void write(BinaryWriter out) {
    heartbeat.write(out);
    out.writeSigned(liveUntilMs);
    stop.write(out);
    websocket.write(out);
    out.writeUnsigned(websocketConnections);
  }

  static InstanceAggregate read(BinaryReader in) {
    InstanceAggregate instance = new InstanceAggregate();
    instance.heartbeat = EventOrder.read(in);
    instance.liveUntilMs = in.readSigned();
    instance.stop = EventOrder.read(in);
    instance.websocket = EventOrder.read(in);
    instance.websocketConnections = in.readUnsigned();
    return instance;
  }
}
