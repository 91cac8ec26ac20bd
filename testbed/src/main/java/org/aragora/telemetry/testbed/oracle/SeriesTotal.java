package org.aragora.telemetry.testbed.oracle;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.aragora.telemetry.testbed.oracle.MetricTable.Metric;
import org.jspecify.annotations.Nullable;

/** Total of one series, of one partition or of several. */
public final class SeriesTotal {

  /** Takes samples of {@code /metrics} in whole units. */
  interface Samples {
    void add(String name, Map<String, String> labels, BigInteger units);
  }

  /** Takes the trace that is served beside a bucket. */
  interface Exemplars {
    void add(String name, Map<String, String> labels, Exemplar exemplar);
  }

  /**
   * A sampled trace as an example of a bucket: the greatest by time, then by its text and value.
   *
   * @param trace trace id and span id
   */
  record Exemplar(long timeNanos, String trace, long units) implements Comparable<Exemplar> {
    private static final Comparator<Exemplar> BY_TIME =
        Comparator.comparingLong(Exemplar::timeNanos)
            .thenComparing(Exemplar::trace)
            .thenComparingLong(Exemplar::units);

    @Override
    public int compareTo(Exemplar other) {
      return BY_TIME.compare(this, other);
    }

    static @Nullable Exemplar greater(@Nullable Exemplar a, @Nullable Exemplar b) {
      return a == null || (b != null && b.compareTo(a) > 0) ? b : a;
    }

    @Override
    public String toString() {
      return "%s of %d at %d".formatted(trace, units, timeNanos);
    }
  }

  private final Metric metric;
  private final List<String> labels;
  private final long[] buckets;
  private final @Nullable Exemplar[] exemplars;
  private final TreeMap<Integer, Long> exponential = new TreeMap<>();
  private long zeros;
  private BigInteger sum = BigInteger.ZERO;

  SeriesTotal(Metric metric, List<String> labels) {
    this.metric = metric;
    this.labels = labels;
    this.buckets = new long[isHistogram() ? metric.bounds().size() + 1 : 0];
    this.exemplars = new Exemplar[buckets.length];
  }

  private boolean isHistogram() {
    return !metric.bounds().isEmpty();
  }

  /** Adds to what a window has too. */
  void add(long amount) {
    sum = sum.add(BigInteger.valueOf(amount));
    if (isHistogram()) {
      buckets[bucket(amount)]++;
    }
  }

  /** {@code exemplar}: the trace of the event, null if it has none that is sampled. */
  void add(long amount, @Nullable Exemplar exemplar) {
    add(amount);
    if (isHistogram()) {
      int bucket = bucket(amount);
      exemplars[bucket] = Exemplar.greater(exemplars[bucket], exemplar);
      if (amount == 0) {
        zeros++;
      } else {
        exponential.merge(exponentialBucket(amount, metric.scale()), 1L, Long::sum);
      }
    }
  }

  private int bucket(long amount) {
    BigDecimal value = BigDecimal.valueOf(amount, metric.scale());
    int bucket = 0;
    while (bucket < metric.bounds().size() && value.compareTo(metric.bounds().get(bucket)) > 0) {
      bucket++;
    }
    return bucket;
  }

  /** The least index with a value that is not over 2^(index/8): both to the power of eight. */
  static int exponentialBucket(long amount, int scale) {
    BigInteger value = BigInteger.valueOf(amount).pow(8);
    BigInteger one = BigInteger.TEN.pow(8 * scale);
    int index = value.bitLength() - 1 - one.bitLength();
    while (value.shiftLeft(Math.max(0, -index)).compareTo(one.shiftLeft(Math.max(0, index))) > 0) {
      index++;
    }
    return index;
  }

  void add(SeriesTotal other) {
    sum = sum.add(other.sum);
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] += other.buckets[i];
      exemplars[i] = Exemplar.greater(exemplars[i], other.exemplars[i]);
    }
    zeros += other.zeros;
    other.exponential.forEach((index, count) -> exponential.merge(index, count, Long::sum));
  }

  /** The sum with a total of the same series. */
  public SeriesTotal plus(SeriesTotal other) {
    SeriesTotal sum = emptied();
    sum.add(this);
    sum.add(other);
    return sum;
  }

  /** An empty total of the same series. */
  SeriesTotal emptied() {
    return new SeriesTotal(metric, labels);
  }

  /** Decimal digits of the sum. */
  static BigDecimal value(String sample, BigInteger units) {
    return new BigDecimal(units, sample.endsWith("_seconds_sum") ? 9 : 0);
  }

  /** The labels of a bucket, or of the series. */
  private Map<String, String> named(int bucket) {
    Map<String, String> named = new HashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      named.put(metric.labels().get(i), labels.get(i));
    }
    if (bucket >= 0) {
      boolean last = bucket == buckets.length - 1;
      named.put("le", last ? "+Inf" : metric.bounds().get(bucket).toString());
    }
    return named;
  }

  /** Passes on the exemplar of each bucket that has one. */
  void exemplars(Exemplars to) {
    for (int i = 0; i < buckets.length; i++) {
      Exemplar exemplar = exemplars[i];
      if (exemplar != null) {
        to.add(metric.name() + "_bucket", named(i), exemplar);
      }
    }
  }

  /** The series as it is named and what {@link #exponentialText} has. */
  void nativeHistogram(BiConsumer<Map<String, String>, String> to) {
    String text = exponentialText();
    if (!text.isEmpty()) {
      to.accept(named(-1), text);
    }
  }

  /** Counts by the index of the exponential bucket, after those of 0; empty if there are none. */
  private String exponentialText() {
    return zeros == 0 && exponential.isEmpty() ? "" : "zero %d %s".formatted(zeros, exponential);
  }

  String name() {
    return metric.name();
  }

  void samples(Samples samples) {
    Map<String, String> named = named(-1);
    if (!isHistogram()) {
      samples.add(metric.name(), named, sum);
      return;
    }
    long count = 0;
    for (int i = 0; i < buckets.length; i++) {
      count += buckets[i];
      samples.add(metric.name() + "_bucket", named(i), BigInteger.valueOf(count));
    }
    samples.add(metric.name() + "_count", named, BigInteger.valueOf(count));
    samples.add(metric.name() + "_sum", named, sum);
  }

  /** The sum, or counts by bucket, the sum, the exemplars and the exponential buckets. */
  @Override
  public String toString() {
    if (!isHistogram()) {
      return sum.toString();
    }
    return "[%s, %s]%s%s"
        .formatted(
            Arrays.toString(buckets),
            sum,
            Arrays.stream(exemplars)
                .filter(Objects::nonNull)
                .map(exemplar -> ", " + exemplar)
                .collect(Collectors.joining()),
            exponentialText().isEmpty() ? "" : ", " + exponentialText());
  }
}
