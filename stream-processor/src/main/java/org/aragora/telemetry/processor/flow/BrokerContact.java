package org.aragora.telemetry.processor.flow;

/** The answers of the group coordinator to the heartbeats of stream threads. Thread-safe. */
public interface BrokerContact {

  /**
   * Returns true if the thread's last heartbeat answer is younger than half the session timeout, by the
   * monotonic clock. False while nothing is known.
   */
  boolean isFresh(String streamThread);
}
