package org.aragora.telemetry.counting.metric;

/** Rule by which the partial values of a series merge. */
public enum MetricType {
  /** Only grows; partials are added. */
  COUNTER(1),
  /** Grows and shrinks; partials are added. */
  ADDITIVE_GAUGE(2),
  /** The value of the latest event; the latest partial wins. */
  LATEST_GAUGE(3),
  /** Classic histogram with fixed bounds; buckets and sums are added. */
  HISTOGRAM(4),
  /** Numerator and denominator per minute of the last hour; both are added. */
  RATIO(5),
  /** State of one instance: last heartbeat, stop and WebSocket count; the latest of each wins. */
  INSTANCE(6),
  /** The maximum of each producer run, summed; partials are merged by run. Served as a counter. */
  RUN_MAXIMUM(7);

  private final int code;

  MetricType(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /**
   * Returns true if one task, the owner of the ledger, serves all series of this type: their served
   * values need the times of whole topics.
   */
  public boolean needsTopicTime() {
    return this == RATIO || this == INSTANCE;
  }

  /** Returns true if a part of a series that has long been unchanged can be retired. */
  boolean seriesEnd() {
    return this == COUNTER || this == HISTOGRAM || this == LATEST_GAUGE || this == INSTANCE;
  }

  /** Returns true if only growth matters, so that a series is served as 0 before it grows. */
  public boolean isCumulative() {
    return this == COUNTER || this == HISTOGRAM || this == RUN_MAXIMUM;
  }
}
