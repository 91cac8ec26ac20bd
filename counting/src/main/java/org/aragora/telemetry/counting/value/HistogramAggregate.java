package org.aragora.telemetry.counting.value;

import java.util.Arrays;
import java.util.List;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.counting.value.exponential.ExponentialBuckets;
import org.jspecify.annotations.Nullable;

/**
 * A histogram: a count per bucket of the metric (not cumulative, +Inf last), the exact sum in
 * units, the greatest {@link Exemplar} per bucket, and the same values once more in {@link
 * ExponentialBuckets}.
 *
 * <p>Exemplars and exponential buckets follow the fields of version 1. A release without them reads
 * over what it does not have and writes the value without it. The next one that has exemplars
 * begins with none. It does not begin exponential buckets, because they must have every value.
 */
public final class HistogramAggregate implements Aggregate {
  /** Begins the exemplars of a histogram that has kept them from its first event on. */
  private static final int ALL_EXEMPLARS = 1;

  /** Begins those of a histogram to which a release without exemplars has counted. */
  private static final int LATER_EXEMPLARS = 2;

  /** Begins the exponential buckets. */
  private static final int EXPONENTIAL = 3;

  private final List<Long> bounds;
  private final long[] counts;
  private final ExactSum sum = new ExactSum();
  private boolean keepsExemplars = true;
  private boolean hasAllExemplars = true;

  /** By bucket; null before the first. */
  private @Nullable Exemplar @Nullable [] exemplars;

  /** With every value that {@link #counts} have; null if a value is not in it. */
  private @Nullable ExponentialBuckets exponential;

  HistogramAggregate(MetricDescriptor metric) {
    this.bounds = metric.boundUnits();
    counts = new long[bounds.size() + 1];
    exponential = new ExponentialBuckets(metric.unitsPerOne());
  }

  /**
   * Counts one value in the first bucket whose bound is not below it.
   *
   * @return the bucket
   */
  public int observe(long units) {
    int bucket = 0;
    while (bucket < bounds.size() && units > bounds.get(bucket)) {
      bucket++;
    }
    counts[bucket]++;
    sum.add(units);
    if (exponential != null) {
      exponential.observe(units);
    }
    return bucket;
  }

  /** Returns true if a trace of an event time may become the exemplar of a bucket. */
  public boolean takesExemplar(int bucket, long timeNanos) {
    Exemplar greatest = exemplar(bucket);
    return keepsExemplars && (greatest == null || timeNanos >= greatest.timeNanos());
  }

  /** Keeps the exemplar if it is greater than that of its bucket. */
  public void offer(int bucket, Exemplar exemplar) {
    Exemplar greatest = exemplar(bucket);
    if (keepsExemplars && (greatest == null || exemplar.compareTo(greatest) > 0)) {
      Exemplar[] all = exemplars == null ? new Exemplar[counts.length] : exemplars;
      all[bucket] = exemplar;
      exemplars = all;
    }
  }

  /** The exemplar of a bucket, null if there is none. */
  public @Nullable Exemplar exemplar(int bucket) {
    return exemplars == null ? null : exemplars[bucket];
  }

  /** Forgets the exemplars and takes none from here on. */
  public void leaveOutExemplars() {
    keepsExemplars = false;
    exemplars = null;
  }

  /** Returns true if every event that it counts was offered as an exemplar. */
  public boolean hasAllExemplars() {
    return keepsExemplars && hasAllExemplars;
  }

  /** The same values in exponential buckets, null if these do not have all of them. */
  public @Nullable ExponentialBuckets exponential() {
    return exponential;
  }

  /** Forgets the exponential buckets; there are none from here on. */
  public void leaveOutExponential() {
    exponential = null;
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
      Exemplar theirs = that.exemplar(i);
      if (theirs != null) {
        offer(i, theirs);
      }
    }
    sum.add(that.sum);
    hasAllExemplars &= that.hasAllExemplars();
    if (exponential != null && that.exponential != null) {
      exponential.merge(that.exponential);
    } else {
      exponential = null;
    }
  }

  @Override
  public void write(BinaryWriter out) {
    out.writeUnsigned(counts.length);
    for (long count : counts) {
      out.writeUnsigned(count);
    }
    sum.write(out);
    if (keepsExemplars) {
      writeExemplars(out.writeByte(hasAllExemplars ? ALL_EXEMPLARS : LATER_EXEMPLARS));
    }
    if (exponential != null) {
      exponential.write(out.writeByte(EXPONENTIAL));
    }
  }

  private void writeExemplars(BinaryWriter out) {
    int kept = 0;
    for (int i = 0; i < counts.length; i++) {
      kept += exemplar(i) == null ? 0 : 1;
    }
    out.writeUnsigned(kept);
    for (int i = 0; i < counts.length; i++) {
      Exemplar exemplar = exemplar(i);
      if (exemplar != null) {
        exemplar.write(out.writeUnsigned(i));
      }
    }
  }

  static HistogramAggregate read(MetricDescriptor metric, BinaryReader in) {
    HistogramAggregate histogram = new HistogramAggregate(metric);
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
    int begins = histogram.readExemplars(in, begins(in));
    histogram.exponential =
        begins == EXPONENTIAL
            ? histogram.complete(ExponentialBuckets.read(metric.unitsPerOne(), in))
            : null;
    return histogram;
  }

  /** No release writes them without each value. */
  private ExponentialBuckets complete(ExponentialBuckets buckets) {
    long values = Arrays.stream(counts).sum();
    if (buckets.total() != values) {
      throw new CorruptRecordException(
          "the exponential buckets have %d values, the classic ones %d"
              .formatted(buckets.total(), values));
    }
    return buckets;
  }

  private static int begins(BinaryReader in) {
    return in.atEnd() ? 0 : in.readByte();
  }

  /**
   * Reads them if they begin. A value without them is read as one of before.
   *
   * @return what begins behind them
   */
  private int readExemplars(BinaryReader in, int begins) {
    hasAllExemplars = begins == ALL_EXEMPLARS;
    if (begins != ALL_EXEMPLARS && begins != LATER_EXEMPLARS) {
      return begins;
    }
    for (int left = in.readInt(); left > 0; left--) {
      int bucket = in.readInt();
      if (bucket >= counts.length) {
        throw new CorruptRecordException(
            "an exemplar is of bucket %d of %d".formatted(bucket, counts.length));
      }
      offer(bucket, Exemplar.read(in));
    }
    return begins(in);
  }
}
