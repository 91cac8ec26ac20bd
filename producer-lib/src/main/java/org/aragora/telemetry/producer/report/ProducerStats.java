package org.aragora.telemetry.producer.report;

import java.util.Map;

/**
 * Counts of the events of one run so far, by outcome.
 *
 * @param topics by full name of the topic
 * @param recovered events of earlier runs that were found in the spool and are acknowledged now
 * @param damaged events of earlier runs that were unreadable there
 */
public record ProducerStats(Map<String, TopicStats> topics, long recovered, long damaged) {

  public ProducerStats {
    topics = Map.copyOf(topics);
  }

  /**
   * The account of one topic; {@code offered = acknowledged + dropped + queued}.
   *
   * @param offered calls of emit methods, and the producer's own heartbeats
   * @param acknowledged events that the broker has acknowledged
   * @param dropped events that were dropped
   * @param queued events that are still on their way
   * @param reasons dropped events by reason; the sum is {@code dropped}
   */
  public record TopicStats(
      long offered, long acknowledged, long dropped, long queued, Map<DropReason, Long> reasons) {

    public TopicStats {
      reasons = Map.copyOf(reasons);
    }
  }
}
