package org.aragora.telemetry.chassis.quantile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The values are those of Prometheus' {@code histogram_quantile}. */
class QuantileTest {

  @Test
  void lowestBucketBeginsAtZero() {
    assertThat(of(0.5, Map.of(0.1, 10.0, 1.0, 10.0, Double.POSITIVE_INFINITY, 10.0)))
        .isCloseTo(0.05, within(1e-12));
  }

  @Test
  void quantileLiesWithinItsBucket() {
    assertThat(of(0.95, Map.of(0.1, 90.0, 0.5, 98.0, Double.POSITIVE_INFINITY, 100.0)))
        .isCloseTo(0.1 + 0.4 * 5 / 8, within(1e-12));
  }

  @Test
  void aboveTheLastBoundItIsTheLastBound() {
    assertThat(of(0.99, Map.of(0.1, 90.0, 0.5, 98.0, Double.POSITIVE_INFINITY, 100.0)))
        .isEqualTo(0.5);
  }

  @Test
  void withoutObservationsThereIsNone() {
    assertThat(Quantile.of(0.5, new TreeMap<>())).isEmpty();
    assertThat(Quantile.of(0.5, new TreeMap<>(Map.of(0.1, 0.0, Double.POSITIVE_INFINITY, 0.0))))
        .isEmpty();
  }

  private static double of(double q, Map<Double, Double> buckets) {
    return Quantile.of(q, new TreeMap<>(buckets)).orElseThrow();
  }
}
