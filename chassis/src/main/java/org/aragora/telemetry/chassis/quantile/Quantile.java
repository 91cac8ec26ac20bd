package org.aragora.telemetry.chassis.quantile;

import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;

/** Quantiles of cumulative buckets, as {@code histogram_quantile} of Prometheus computes them. */
public final class Quantile {
  private Quantile() {}

  /**
   * Returns the quantile; empty if there is no observation.
   *
   * @param buckets cumulative counts by upper bound, the last one infinite
   */
  public static OptionalDouble of(double q, NavigableMap<Double, Double> buckets) {
    if (buckets.size() < 2 || !Double.isInfinite(buckets.lastKey())) {
      return OptionalDouble.empty();
    }
    double all = buckets.lastEntry().getValue();
    if (all <= 0) {
      return OptionalDouble.empty();
    }
    double rank = q * all;
    double below = 0;
    double start = 0;
    for (Map.Entry<Double, Double> bucket : buckets.entrySet()) {
      double bound = bucket.getKey();
      double count = Math.max(bucket.getValue(), below);
      if (count >= rank) {
        return OptionalDouble.of(
            Double.isInfinite(bound) || count == below
                ? start
                : start + (bound - start) * ((rank - below) / (count - below)));
      }
      below = count;
      start = bound;
    }
    return OptionalDouble.of(start);
  }
}
