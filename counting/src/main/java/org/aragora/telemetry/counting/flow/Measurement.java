package org.aragora.telemetry.counting.flow;

import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesProbe;
import org.aragora.telemetry.counting.value.Aggregate;

/** A change that one event makes to one series. Valid until the next one is passed on. */
public interface Measurement {
  /** The metric of the series. */
  MetricDescriptor metric();

  /** The series, until the next measurement. */
  SeriesProbe series();

  /** The event that makes the change. */
  CountedEvent event();

  /** Makes the change. {@code value}: of the series, in total, in a window or elsewhere. */
  void applyTo(Aggregate value);
}
