package org.aragora.telemetry.replay.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.Exemplar;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.LatestAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.RunMaximumAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.counting.value.exponential.ExponentialBuckets;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.jspecify.annotations.Nullable;

/** Comparison and texts of values. */
final class Values {
  private Values() {}

  /** Compares the bytes: each value has one encoding only. */
  static boolean same(PartialValue a, PartialValue b) {
    return a.fingerprint() == b.fingerprint() && Arrays.equals(a.aggregate(), b.aggregate());
  }

  /**
   * Returns true for a histogram to which a release without exemplars has counted: the replay may
   * have exemplars of events that it has not.
   */
  static boolean lacksExemplars(PartialValue value, @Nullable MetricDescriptor metric) {
    return aggregate(value, metric) instanceof HistogramAggregate histogram
        && !histogram.hasAllExemplars();
  }

  /** Returns true for a histogram that a release without exponential buckets has begun. */
  static boolean lacksExponential(PartialValue value, @Nullable MetricDescriptor metric) {
    return aggregate(value, metric) instanceof HistogramAggregate histogram
        && histogram.exponential() == null;
  }

  /** The value as its metric reads it, null if it is of another metric or cannot be read. */
  private static @Nullable Aggregate aggregate(
      PartialValue value, @Nullable MetricDescriptor metric) {
    if (metric == null || metric.fingerprint() != value.fingerprint()) {
      return null;
    }
    try {
      return value.read(metric);
    } catch (CorruptRecordException e) {
      return null;
    }
  }

  /** The value without parts of a histogram. */
  static PartialValue without(
      Consumer<HistogramAggregate> parts, PartialValue value, @Nullable MetricDescriptor metric) {
    if (!(aggregate(value, metric) instanceof HistogramAggregate histogram)) {
      return value;
    }
    parts.accept(histogram);
    BinaryWriter out = new BinaryWriter();
    histogram.write(out);
    return new PartialValue(
        value.fingerprint(), value.nextOffset(), value.firstSeenMs(), value.flags(), out.toBytes());
  }

  static boolean same(Ledger a, Ledger b) {
    return Arrays.equals(bytes(a), bytes(b));
  }

  private static byte[] bytes(Ledger ledger) {
    BinaryWriter out = new BinaryWriter();
    ledger.write(out);
    return out.toBytes();
  }

  static String text(PartialValue value, @Nullable MetricDescriptor metric) {
    if (metric == null || metric.fingerprint() != value.fingerprint()) {
      return "a value of another type, labels or bounds";
    }
    Aggregate aggregate = aggregate(value, metric);
    if (aggregate == null) {
      return "a value that cannot be read";
    }
    if (aggregate instanceof SumAggregate sum) {
      return sum.total().toString();
    }
    if (aggregate instanceof RunMaximumAggregate maximum) {
      return maximum.total().toString();
    }
    if (aggregate instanceof LatestAggregate latest) {
      return String.valueOf(latest.value());
    }
    if (aggregate instanceof HistogramAggregate histogram) {
      List<Long> counts = new ArrayList<>();
      List<String> traces = new ArrayList<>();
      for (int i = 0; i < histogram.buckets(); i++) {
        counts.add(histogram.count(i));
        Exemplar exemplar = histogram.exemplar(i);
        if (exemplar != null) {
          traces.add(
              "%s/%s of %d at %d in bucket %d"
                  .formatted(
                      exemplar.traceId(),
                      exemplar.spanId(),
                      exemplar.units(),
                      exemplar.timeNanos(),
                      i));
        }
      }
      return "buckets %s, sum %s, exemplars %s, %s"
          .formatted(counts, histogram.sum(), traces, text(histogram.exponential()));
    }
    return "%d bytes with hash %08x"
        .formatted(value.aggregate().length, Arrays.hashCode(value.aggregate()));
  }

  private static String text(@Nullable ExponentialBuckets buckets) {
    if (buckets == null) {
      return "no exponential buckets";
    }
    SortedMap<Integer, Long> counts = new TreeMap<>();
    for (int i = 0; i < buckets.size(); i++) {
      counts.put(buckets.index(i), buckets.count(i));
    }
    return "exponential buckets %s and %d zeros".formatted(counts, buckets.zeros());
  }

  static String text(Ledger ledger) {
    StringBuilder deadLetters = new StringBuilder();
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      if (ledger.deadLetters(reason) > 0) {
        deadLetters.append(" %s %d".formatted(reason.label(), ledger.deadLetters(reason)));
      }
    }
    return "read %d, counted %d, duplicate %d, dead letters%s, late %d, clock skew %d, gaps closed %d, missing %s, partition time %d"
        .formatted(
            ledger.read(),
            ledger.counted(),
            ledger.duplicate(),
            deadLetters.isEmpty() ? " 0" : deadLetters,
            ledger.late(),
            ledger.clockSkew(),
            ledger.gapsClosed(),
            ledger.missing(),
            ledger.partitionTimeNanos());
  }
}
