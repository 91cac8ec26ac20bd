package org.aragora.telemetry.processor.serve;

/** Whether the group coordinator has answered a stream thread of late. Thread-safe. */
public interface BrokerContact {

  /**
   * Whether the thread's last heartbeat answer is younger than half the session timeout, by the
   * monotonic clock. False while nothing is known.
   */
  boolean isFresh(String streamThread);
}
