package org.aragora.telemetry.counting.flow;

import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * The settings on which the results of counting depend.
 *
 * @param maxClockSkew how far an event time may lie after its append time
 * @param lateGrace how far an event time may lie before partition time; as long after its end a
 *     window stays open
 * @param debateDeadline timeout of a debate that gives none
 * @param seriesLimit series of one metric that one input partition admits
 * @param runLimit producer runs that one input partition remembers
 * @param seriesRetention append time without a change after which a part of a series is retired
 * @param birth how long the serving stage serves a new labelled series as 0; if it is zero, no
 *     series starts so
 * @param proposesEnds if ends of overdue debates are proposed: not in a replay
 * @param labelText makes a label's value of a text of an event: a function without state, the same
 *     in a replay
 */
public record CountingRules(
    Duration maxClockSkew,
    Duration lateGrace,
    Duration debateDeadline,
    int seriesLimit,
    int runLimit,
    Duration seriesRetention,
    Duration birth,
    boolean proposesEnds,
    UnaryOperator<String> labelText) {
  private static final Duration INSTANCE_RETENTION = Duration.ofHours(1);

  /** The same rules for a replay, which proposes nothing and serves nothing. */
  public CountingRules forReplay() {
    return new CountingRules(
        maxClockSkew,
        lateGrace,
        debateDeadline,
        seriesLimit,
        runLimit,
        seriesRetention,
        Duration.ZERO,
        false,
        labelText);
  }

  /**
   * Append time for which a series of one instance lasts after the instance is gone: an hour, or
   * {@link #seriesRetention} if that is shorter.
   */
  public Duration instanceRetention() {
    return seriesRetention.compareTo(INSTANCE_RETENTION) < 0 ? seriesRetention : INSTANCE_RETENTION;
  }
}
