package org.aragora.telemetry.processor.flow;

/** Heartbeats of the stream threads that the group coordinator answered. Thread-safe. */
public interface BrokerContact {

  /**
   * Returns true if the thread's last heartbeat answer is younger than half the session timeout, by
   * the monotonic clock; false if there is none.
   */
  boolean isFresh(String streamThread);
}
