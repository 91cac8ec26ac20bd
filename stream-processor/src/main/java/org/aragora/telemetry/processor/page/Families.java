package org.aragora.telemetry.processor.page;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The samples of one scrape, by family. Names of counters have no {@code _total} here. */
final class Families {
  private final Map<String, List<Sample>> samples = new HashMap<>();
  private final Map<String, HistogramSnapshot> histograms = new HashMap<>();

  /** One sample of a counter or a gauge. */
  record Sample(DataPointSnapshot point, double value) {
    /** Returns the value of a label, empty if the sample has no such label. */
    String label(String name) {
      return Objects.requireNonNullElse(point.getLabels().get(name), "");
    }
  }

  Families(MetricSnapshots scrape) {
    for (MetricSnapshot family : scrape) {
      String name = family.getMetadata().getName();
      if (family instanceof CounterSnapshot counter) {
        samples.put(
            name, counter.getDataPoints().stream().map(p -> new Sample(p, p.getValue())).toList());
      } else if (family instanceof GaugeSnapshot gauge) {
        samples.put(
            name, gauge.getDataPoints().stream().map(p -> new Sample(p, p.getValue())).toList());
      } else if (family instanceof HistogramSnapshot histogram) {
        histograms.put(name, histogram);
      }
    }
  }

  Stream<Sample> samples(String family) {
    return samples.getOrDefault(family, List.of()).stream();
  }

  /** Sum of the samples that match; empty if there is none. */
  OptionalDouble sum(String family, Predicate<Sample> wanted) {
    double[] values = samples(family).filter(wanted).mapToDouble(Sample::value).toArray();
    return values.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Arrays.stream(values).sum());
  }

  OptionalDouble sum(String family) {
    return sum(family, sample -> true);
  }

  /** Cumulative counts by upper bound, of all series of a histogram together. */
  NavigableMap<Double, Double> buckets(String family) {
    NavigableMap<Double, Double> sums = new TreeMap<>();
    HistogramSnapshot histogram = histograms.get(family);
    if (histogram == null) {
      return sums;
    }
    for (HistogramSnapshot.HistogramDataPointSnapshot point : histogram.getDataPoints()) {
      ClassicHistogramBuckets buckets = point.getClassicBuckets();
      double below = 0;
      for (int i = 0; i < buckets.size(); i++) {
        below += buckets.getCount(i);
        sums.merge(buckets.getUpperBound(i), below, Double::sum);
      }
    }
    return sums;
  }
}
