package org.aragora.telemetry.rivals;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Sum of one series, and the counts by bucket if it is a histogram. Mutable; a plain object with
 * public fields, as Flink serializes it.
 */
public final class Total {
  private static final Map<String, double[]> BOUNDS =
      Map.of(
          "aragora_request_duration_seconds",
          new double[] {.01, .05, .1, .25, .5, 1, 2.5, 5, 10},
          "aragora_agent_latency_seconds",
          new double[] {.1, .5, 1, 2.5, 5, 10, 30, 60, 120},
          "aragora_debate_duration_seconds",
          new double[] {1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800},
          "aragora_debate_rounds",
          new double[] {1, 2, 3, 4, 5, 7, 10, 15, 20});
  private static final double[] NONE = {};

  /** Sum of the values. */
  public double sum;

  /** Number of the values. */
  public long count;

  /** Counts by bucket, not cumulative, the last without a bound; empty for a counter. */
  public long[] buckets = {};

  /** Upper bounds of a histogram's buckets; empty if the series is not a histogram. */
  static double[] bounds(String series) {
    int labels = series.indexOf('{');
    return BOUNDS.getOrDefault(labels < 0 ? series : series.substring(0, labels), NONE);
  }

  /** Adds a value. */
  Total add(String series, double value) {
    sum += value;
    count++;
    double[] bounds = bounds(series);
    if (bounds.length > 0) {
      if (buckets.length == 0) {
        buckets = new long[bounds.length + 1];
      }
      int bucket = 0;
      while (bucket < bounds.length && value > bounds[bucket]) {
        bucket++;
      }
      buckets[bucket]++;
    }
    return this;
  }

  /** Returns the total as bytes. */
  byte[] encode() {
    ByteBuffer bytes = ByteBuffer.allocate(16 + 8 * buckets.length);
    bytes.putDouble(sum).putLong(count);
    for (long bucket : buckets) {
      bytes.putLong(bucket);
    }
    return bytes.array();
  }

  /** Reads what {@link #encode} wrote. */
  static Total decode(byte[] value) {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    Total total = new Total();
    total.sum = bytes.getDouble();
    total.count = bytes.getLong();
    total.buckets = new long[bytes.remaining() / 8];
    for (int i = 0; i < total.buckets.length; i++) {
      total.buckets[i] = bytes.getLong();
    }
    return total;
  }
}
