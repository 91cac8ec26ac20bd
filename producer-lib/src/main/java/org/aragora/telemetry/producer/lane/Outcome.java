package org.aragora.telemetry.producer.lane;

/**
 * Receives the outcome of a sender's events. Called on the sender's or the Kafka client's thread.
 */
public interface Outcome {

  /** The broker has acknowledged an event; called once per event. */
  void acknowledged();

  /** Events were given up. Each event is either counted here or acknowledged. */
  void lost(long count, Throwable cause);

  /** Events were accepted and cannot be read any more. They count as neither of the two above. */
  void damaged(long count);

  /** An attempt failed; the event is kept and sent again under the same number. */
  void retrying(Throwable cause);
}
