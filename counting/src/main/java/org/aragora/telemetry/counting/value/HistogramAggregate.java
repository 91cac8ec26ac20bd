package org.aragora.telemetry.counting.value;

import java.util.List;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;

/**
 * A classic histogram: a count per bucket (not cumulative, +Inf last) and the exact sum in units.
 */
public final class HistogramAggregate implements Aggregate {
  private final List<Long> bounds;
  private final long[] counts;
  private final ExactSum sum = new ExactSum();

  /** {@code bounds}: upper bounds of the buckets in units, ascending, without +Inf. */
  HistogramAggregate(List<Long> bounds) {
    this.bounds = bounds;
    counts = new long[bounds.size() + 1];
  }

  /** Counts one value in the first bucket whose bound is not below it. */
  public void observe(long units) {
    int bucket = 0;
    while (bucket < bounds.size() && units > bounds.get(bucket)) {
      bucket++;
    }
    counts[bucket]++;
    sum.add(units);
  }

  /** Buckets, +Inf included. */
  public int buckets() {
    return counts.length;
  }

  /** Count of one bucket alone, not cumulative. */
  public long count(int bucket) {
    return counts[bucket];
  }

  public ExactSum sum() {
    return sum;
  }

  @Override
  public void merge(Aggregate other) {
    HistogramAggregate that = (HistogramAggregate) other;
    for (int i = 0; i < counts.length; i++) {
      counts[i] += that.counts[i];
    }
    sum.add(that.sum);
  }

  @Override
  public void write(BinaryWriter out) {
    out.writeUnsigned(counts.length);
    for (long count : counts) {
      out.writeUnsigned(count);
    }
    sum.write(out);
  }

  static HistogramAggregate read(MetricDescriptor metric, BinaryReader in) {
    HistogramAggregate histogram = new HistogramAggregate(metric.boundUnits());
    int buckets = in.readInt();
    if (buckets != histogram.counts.length) {
      throw new CorruptRecordException(
          "a histogram of %s has %d buckets, its metric has %d"
              .formatted(metric.name(), buckets, histogram.counts.length));
    }
    for (int i = 0; i < histogram.counts.length; i++) {
      histogram.counts[i] = in.readUnsigned();
    }
    histogram.sum.add(ExactSum.read(in));
    return histogram;
  }
}
