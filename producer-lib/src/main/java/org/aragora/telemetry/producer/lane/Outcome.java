package org.aragora.telemetry.producer.lane;

/** Who hears what became of a lane's events. Called on the lane's or the Kafka client's thread. */
public interface Outcome {

  /** The broker has acknowledged an event. Said once per event. */
  void acknowledged();

  /** Events were given up. Each event is either in here or acknowledged. */
  void lost(long count, Throwable cause);

  /** An attempt failed; the event is kept and sent again under the same number. */
  void retrying(Throwable cause);
}
