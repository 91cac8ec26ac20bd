package org.aragora.telemetry.processor.aggregate;

import java.time.Duration;

/**
 * What totals and windows depend on.
 *
 * @param lateGrace how long after its end a window stays open, in partition time
 * @param seriesLimit series of one metric that one input partition admits
 * @param birth how long a new labelled series is served as 0
 */
public record AggregateSettings(Duration lateGrace, int seriesLimit, Duration birth) {}
