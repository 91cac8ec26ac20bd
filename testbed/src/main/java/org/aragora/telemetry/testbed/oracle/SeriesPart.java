package org.aragora.telemetry.testbed.oracle;

import java.util.List;
import org.aragora.telemetry.testbed.oracle.MetricTable.Metric;
import org.jspecify.annotations.Nullable;

/** The life of one series in one partition, from an event until it is retired. */
final class SeriesPart {
  final Metric metric;
  final List<String> labels;
  final long incarnation;
  long changedMs;

  /** Null for a gauge of the last event, and for an instance. */
  final @Nullable SeriesTotal total;

  final @Nullable InstanceState instance;
  @Nullable LastValue last;

  SeriesPart(Metric metric, List<String> labels, long incarnation) {
    this.metric = metric;
    this.labels = labels;
    this.incarnation = incarnation;
    boolean isInstance = metric.equals(MetricTable.INSTANCE_UP);
    instance = isInstance ? new InstanceState() : null;
    total = metric.kind() == MetricTable.Kind.LAST ? null : new SeriesTotal(metric, labels);
  }

  /** Append time from which it may be forgotten if nothing changes. */
  long quietSinceMs() {
    return instance == null ? changedMs : Math.max(changedMs, instance.liveUntilMs());
  }

  /** {@code metric|label value|label value}. */
  String series() {
    return metric.name() + "|" + String.join("|", labels);
  }

  /** The series and the incarnation. */
  String name() {
    return series() + "#" + incarnation;
  }
}
