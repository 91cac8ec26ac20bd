package org.aragora.telemetry.processor.measure;

import java.util.function.Consumer;
import org.aragora.telemetry.counting.metric.Aggregate;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.processor.flow.CountedEvent;

/**
 * Where the values of a metric come from.
 *
 * @param metric the metric
 * @param on what it is taken from: an event's data or a change in the life of a debate
 * @param measure gives the series and their changes
 */
record MetricSource<T>(MetricDescriptor metric, Class<T> on, Measure<T> measure) {

  /** Takes the values from one event. */
  interface Measure<T> {
    void measure(T data, CountedEvent event, Sink sink);
  }

  /** Takes the changes. */
  interface Sink {
    /** {@code labelValues}: in the order of the metric's labels. */
    void change(Consumer<Aggregate> change, String... labelValues);
  }

  void measure(Object data, CountedEvent event, Sink sink) {
    measure.measure(on.cast(data), event, sink);
  }
}
