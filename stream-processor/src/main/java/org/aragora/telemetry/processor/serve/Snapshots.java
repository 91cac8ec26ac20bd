package org.aragora.telemetry.processor.serve;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.value.ExactSum;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.exponential.ExponentialBuckets;

/** Collects samples into the families of one scrape. Not thread-safe. */
final class Snapshots {
  private static final String TOTAL = "_total";

  /**
   * Least value that a native histogram has outside of its count of zeros; as in the libraries of
   * Prometheus. No value of ours lies between it and 0.
   */
  private static final double ZERO_THRESHOLD = Math.scalb(1.0, -128);

  private final Map<String, MetricSnapshot.Builder<?>> families = new LinkedHashMap<>();

  void counter(String name, String help, Labels labels, double value) {
    CounterSnapshot.Builder family =
        (CounterSnapshot.Builder)
            families.computeIfAbsent(
                name, n -> CounterSnapshot.builder().name(familyName(n)).help(help));
    family.dataPoint(
        CounterSnapshot.CounterDataPointSnapshot.builder().labels(labels).value(value).build());
  }

  void gauge(String name, String help, Labels labels, double value) {
    GaugeSnapshot.Builder family =
        (GaugeSnapshot.Builder)
            families.computeIfAbsent(name, n -> GaugeSnapshot.builder().name(n).help(help));
    family.dataPoint(
        GaugeSnapshot.GaugeDataPointSnapshot.builder().labels(labels).value(value).build());
  }

  void histogram(MetricDescriptor metric, Labels labels, HistogramAggregate value) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int i = 0; i < value.buckets(); i++) {
      double bound = i < metric.boundUnits().size() ? metric.bound(i) : Double.POSITIVE_INFINITY;
      buckets.bucket(bound, value.count(i));
    }
    HistogramSnapshot.Builder family =
        (HistogramSnapshot.Builder)
            families.computeIfAbsent(
                metric.name(), n -> HistogramSnapshot.builder().name(n).help(metric.help()));
    HistogramSnapshot.HistogramDataPointSnapshot.Builder point =
        HistogramSnapshot.HistogramDataPointSnapshot.builder()
            .classicHistogramBuckets(buckets.build())
            .sum(value.sum().toDouble(metric.unitsPerOne()))
            .exemplars(exemplars(metric, value))
            .labels(labels);
    ExponentialBuckets exponential = value.exponential();
    if (exponential != null) {
      point
          .nativeSchema(ExponentialBuckets.SCHEMA)
          .nativeZeroThreshold(ZERO_THRESHOLD)
          .nativeZeroCount(exponential.zeros())
          .nativeBucketsForPositiveValues(nativeBuckets(exponential));
    }
    family.dataPoint(point.build());
  }

  private static NativeHistogramBuckets nativeBuckets(ExponentialBuckets exponential) {
    int[] indexes = new int[exponential.size()];
    long[] counts = new long[indexes.length];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = exponential.index(i);
      counts[i] = exponential.count(i);
    }
    return NativeHistogramBuckets.of(indexes, counts);
  }

  private static Exemplars exemplars(MetricDescriptor metric, HistogramAggregate value) {
    Exemplars.Builder exemplars = Exemplars.builder();
    for (int i = 0; i < value.buckets(); i++) {
      org.aragora.telemetry.counting.value.Exemplar exemplar = value.exemplar(i);
      if (exemplar != null) {
        exemplars.exemplar(
            Exemplar.builder()
                .traceId(exemplar.traceId())
                .spanId(exemplar.spanId())
                .value(new ExactSum().add(exemplar.units()).toDouble(metric.unitsPerOne()))
                .timestampMillis(Math.floorDiv(exemplar.timeNanos(), Times.NANOS_PER_MS))
                .build());
      }
    }
    return exemplars.build();
  }

  /** The name of a metric without the suffix of a counter. */
  static String familyName(String metric) {
    return metric.endsWith(TOTAL) ? metric.substring(0, metric.length() - TOTAL.length()) : metric;
  }

  MetricSnapshots build(Predicate<String> includedNames) {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    families.forEach(
        (name, family) -> {
          if (includedNames.test(familyName(name))) {
            all.metricSnapshot(family.build());
          }
        });
    return all.build();
  }
}
