package org.aragora.telemetry.producer.report;

/**
 * Hears what goes wrong. Called on the thread where it happens, the caller's among them, so it
 * should be quick; what it throws is swallowed. Calls may come from several threads at once.
 */
public interface TelemetryListener {

  /**
   * Events were dropped. The sum of all counts is what {@link ProducerStats} says, but for events
   * of earlier runs that were found in the spool.
   *
   * @param topic full name of the topic that they were for
   * @param count how many, 1 or more
   * @param message a sentence that says why
   */
  default void dropped(String topic, DropReason reason, long count, String message) {}

  /** An attempt to reach the broker failed. Nothing is lost yet: it is tried again. */
  default void sendFailed(String topic, Throwable cause) {}
}
