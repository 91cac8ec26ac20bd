package org.aragora.telemetry.processor.flow;

import java.util.function.Consumer;
import org.aragora.telemetry.counting.metric.Aggregate;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;

/** Told of every change of a series, after the series limit was applied. */
public interface SeriesListener {
  /** Wants to know nothing. */
  SeriesListener NONE = (series, metric, timeNanos, change) -> {};

  /**
   * A series changed.
   *
   * @param timeNanos event time of what changed it, nanoseconds since 1970
   * @param change can be applied to further aggregates of the same metric
   */
  void changed(
      SeriesKey series, MetricDescriptor metric, long timeNanos, Consumer<Aggregate> change);
}
