package org.aragora.telemetry.counting.value;

import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * The value of a series, or a part of it. Merging is commutative and associative and loses nothing,
 * so parts may be summed in any order. Mutable, not thread-safe.
 */
public sealed interface Aggregate
    permits SumAggregate,
        LatestAggregate,
        HistogramAggregate,
        RatioAggregate,
        InstanceAggregate,
        RunMaximumAggregate {

  /** Takes in another part, which stays as it is. Both must be of the same descriptor. */
  void merge(Aggregate other);

  /** Appends this value in the format of version 1 of our topics. */
  void write(BinaryWriter out);

  /** The value of a series to which nothing has happened. */
  static Aggregate zero(MetricDescriptor descriptor) {
    return switch (descriptor.type()) {
      case COUNTER, ADDITIVE_GAUGE -> new SumAggregate();
      case LATEST_GAUGE -> new LatestAggregate();
      case HISTOGRAM -> new HistogramAggregate(descriptor);
      case RATIO -> new RatioAggregate();
      case INSTANCE -> new InstanceAggregate();
      case RUN_MAXIMUM -> new RunMaximumAggregate();
    };
  }

  /** Reads what {@link #write} wrote for a series of the same descriptor. */
  static Aggregate read(MetricDescriptor descriptor, BinaryReader in) {
    return switch (descriptor.type()) {
      case COUNTER, ADDITIVE_GAUGE -> SumAggregate.of(in);
      case LATEST_GAUGE -> LatestAggregate.read(in);
      case HISTOGRAM -> HistogramAggregate.read(descriptor, in);
      case RATIO -> RatioAggregate.read(in);
      case INSTANCE -> InstanceAggregate.read(in);
      case RUN_MAXIMUM -> RunMaximumAggregate.read(in);
    };
  }
}
