package org.aragora.telemetry.counting.flow;

import java.util.List;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.value.Aggregate;

/** A change that one event makes to one series. */
public interface Measurement {
  /** The metric of the series. */
  MetricDescriptor metric();

  /** The series' label values, in the order of the metric's labels. */
  List<String> labelValues();

  /** The event that makes the change. */
  CountedEvent event();

  /** Makes the change. {@code value}: of the series, in total, in a window or elsewhere. */
  void applyTo(Aggregate value);
}
