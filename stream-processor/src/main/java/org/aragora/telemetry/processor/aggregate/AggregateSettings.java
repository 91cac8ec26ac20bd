package org.aragora.telemetry.processor.aggregate;

import java.time.Duration;
import org.aragora.telemetry.processor.flow.Handover;

/**
 * What totals and windows depend on.
 *
 * @param lateGrace how long after its end a window stays open, in partition time
 * @param seriesLimit series of one metric that one input partition admits
 * @param birth how long a new labelled series is served as 0, which is for the serving stage to see
 *     to; where it is zero, no series need be
 * @param handover where another generation has served a series already, so that it is not new
 */
public record AggregateSettings(
    Duration lateGrace, int seriesLimit, Duration birth, Handover handover) {

  /** Nothing was served before. */
  public AggregateSettings(Duration lateGrace, int seriesLimit, Duration birth) {
    this(lateGrace, seriesLimit, birth, Handover.NONE);
  }
}
