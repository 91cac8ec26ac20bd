package org.aragora.telemetry.processor.serve;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.LatestAggregate;
import org.aragora.telemetry.counting.value.RunMaximumAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.processor.serve.parts.Part;
import org.aragora.telemetry.processor.serve.parts.SeriesParts;

/** Samples of the ordinary series of one partition: their parts merged, new ones as 0. */
final class SeriesSamples {
  private final ServeSettings settings;

  SeriesSamples(ServeSettings settings) {
    this.settings = settings;
  }

  /** The series of a partition by metric, so that many series are gone through once. */
  static Map<String, List<Map.Entry<SeriesKey, SeriesParts>>> byMetric(PartitionView view) {
    Map<String, List<Map.Entry<SeriesKey, SeriesParts>>> byMetric = new HashMap<>();
    for (Map.Entry<SeriesKey, SeriesParts> series : view.series().entrySet()) {
      byMetric.computeIfAbsent(series.getKey().metric(), metric -> new ArrayList<>()).add(series);
    }
    return byMetric;
  }

  /** {@code all}: the series of the metric. */
  void add(
      MetricDescriptor metric,
      List<Map.Entry<SeriesKey, SeriesParts>> all,
      PartitionView view,
      Snapshots to) {
    for (Map.Entry<SeriesKey, SeriesParts> series : all) {
      List<Part> parts = series.getValue().parts();
      Aggregate merged = zero(metric, parts);
      if (!view.young().contains(series.getKey())) {
        parts.forEach(part -> merged.merge(part.value()));
      }
      sample(metric, series.getKey(), merged, to);
    }
    if (all.isEmpty() && metric.labels().isEmpty() && metric.type() != MetricType.LATEST_GAUGE) {
      SeriesKey key = new SeriesKey(metric.name(), List.of());
      if (MetricsKey.seriesPartition(key, settings.metricsPartitions()) == view.partition()) {
        sample(metric, key, zero(metric, List.of()), to);
      }
    }
  }

  /** 0, which as a histogram is a native one only if the sum of the parts is one too. */
  private Aggregate zero(MetricDescriptor metric, List<Part> parts) {
    Aggregate zero = Aggregate.zero(metric);
    if (zero instanceof HistogramAggregate histogram
        && !(settings.nativeHistograms() && parts.stream().allMatch(SeriesSamples::isNative))) {
      histogram.leaveOutExponential();
    }
    return zero;
  }

  private static boolean isNative(Part part) {
    return part.value() instanceof HistogramAggregate histogram && histogram.exponential() != null;
  }

  private static void sample(
      MetricDescriptor metric, SeriesKey key, Aggregate value, Snapshots to) {
    Labels labels = labels(metric, key);
    switch (metric.type()) {
      case COUNTER ->
          to.counter(
              metric.name(), metric.help(), labels, ((SumAggregate) value).total().toDouble(1));
      case RUN_MAXIMUM ->
          to.counter(
              metric.name(),
              metric.help(),
              labels,
              ((RunMaximumAggregate) value).total().toDouble(1));
      case ADDITIVE_GAUGE ->
          to.gauge(
              metric.name(), metric.help(), labels, ((SumAggregate) value).total().toDouble(1));
      case LATEST_GAUGE ->
          to.gauge(metric.name(), metric.help(), labels, ((LatestAggregate) value).value());
      case HISTOGRAM -> to.histogram(metric, labels, (HistogramAggregate) value);
      case RATIO, INSTANCE ->
          throw new IllegalStateException(metric.name() + " is served beside the ledger");
    }
  }

  private static Labels labels(MetricDescriptor metric, SeriesKey key) {
    return Labels.of(metric.labels(), key.labelValues());
  }
}
