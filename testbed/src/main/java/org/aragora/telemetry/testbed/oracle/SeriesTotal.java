package org.aragora.telemetry.testbed.oracle;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.testbed.oracle.MetricTable.Metric;

/** Total of one series, of one partition or of several. */
public final class SeriesTotal {

  /** Takes samples of {@code /metrics} in whole units. */
  interface Samples {
    void add(String name, Map<String, String> labels, BigInteger units);
  }

  private final Metric metric;
  private final List<String> labels;
  private final long[] buckets;
  private BigInteger sum = BigInteger.ZERO;

  SeriesTotal(Metric metric, List<String> labels) {
    this.metric = metric;
    this.labels = labels;
    this.buckets = new long[isHistogram() ? metric.bounds().size() + 1 : 0];
  }

  private boolean isHistogram() {
    return !metric.bounds().isEmpty();
  }

  void add(long amount) {
    sum = sum.add(BigInteger.valueOf(amount));
    if (isHistogram()) {
      BigDecimal value = BigDecimal.valueOf(amount, metric.scale());
      int bucket = 0;
      while (bucket < metric.bounds().size() && value.compareTo(metric.bounds().get(bucket)) > 0) {
        bucket++;
      }
      buckets[bucket]++;
    }
  }

  void add(SeriesTotal other) {
    sum = sum.add(other.sum);
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] += other.buckets[i];
    }
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

  void samples(Samples samples) {
    Map<String, String> named = new HashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      named.put(metric.labels().get(i), labels.get(i));
    }
    if (!isHistogram()) {
      samples.add(metric.name(), named, sum);
      return;
    }
    long count = 0;
    for (int i = 0; i < buckets.length; i++) {
      count += buckets[i];
      Map<String, String> bucket = new HashMap<>(named);
      bucket.put("le", i == buckets.length - 1 ? "+Inf" : metric.bounds().get(i).toString());
      samples.add(metric.name() + "_bucket", bucket, BigInteger.valueOf(count));
    }
    samples.add(metric.name() + "_count", named, BigInteger.valueOf(count));
    samples.add(metric.name() + "_sum", named, sum);
  }

  /** The sum, or counts by bucket and the sum. */
  @Override
  public String toString() {
    if (!isHistogram()) {
      return sum.toString();
    }
    return "[" + Arrays.toString(buckets) + ", " + sum + "]";
  }
}
