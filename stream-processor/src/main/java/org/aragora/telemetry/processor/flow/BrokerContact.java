package org.aragora.telemetry.processor.flow;

/** Contact of the stream threads with the group coordinator. Thread-safe. */
public interface BrokerContact {

  /**
   * Returns true if the thread's last heartbeat answer is younger than half the session timeout, by
   * the monotonic clock; false if there is none.
   */
  boolean isFresh(String streamThread);

  /** Records a sign of life of a stream thread; called by that thread. */
  default void onAlive(String streamThread) {}
}
