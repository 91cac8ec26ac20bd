package org.aragora.telemetry.counting.metric;

import java.util.List;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;

/**
 * A classic histogram: a count per bucket (not cumulative, +Inf last) and the exact sum in units.
 */
public final class HistogramAggregate implements Aggregate {
  private final long[] counts;
  private final ExactSum sum = new ExactSum();

  HistogramAggregate(int buckets) {
    counts = new long[buckets];
  }

  /** Counts one value in the first bucket whose bound is not below it. */
  public void observe(long units, List<Long> boundUnits) {
    int bucket = 0;
    while (bucket < boundUnits.size() && units > boundUnits.get(bucket)) {
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
    int buckets = in.readInt();
    if (buckets != metric.boundUnits().size() + 1) {
      throw new CorruptRecordException(
          "a histogram of %s has %d buckets, its metric has %d"
              .formatted(metric.name(), buckets, metric.boundUnits().size() + 1));
    }
    HistogramAggregate histogram = new HistogramAggregate(buckets);
    for (int i = 0; i < histogram.counts.length; i++) {
      histogram.counts[i] = in.readUnsigned();
    }
    histogram.sum.add(ExactSum.read(in));
    return histogram;
  }
}
