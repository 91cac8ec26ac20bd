package org.aragora.telemetry.producer.report;

/**
 * Receives failures. Called on the thread that fails, which may be the caller's, so it should be
 * quick; its exceptions are swallowed. Several threads may call it at once.
 */
public interface TelemetryListener {

  /**
   * Events were dropped. The sum of all counts is that of {@link ProducerStats}, but for events of
   * earlier runs that were found in the spool.
   *
   * @param topic full name of the topic that they were for
   * @param count how many, 1 or more
   * @param message a sentence with the reason
   */
  default void dropped(String topic, DropReason reason, long count, String message) {}

  /** An attempt to reach the broker failed. Nothing is lost yet: it is tried again. */
  default void sendFailed(String topic, Throwable cause) {}
}
