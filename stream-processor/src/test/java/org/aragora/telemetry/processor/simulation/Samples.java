package org.aragora.telemetry.processor.simulation;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.testbed.service.SeriesName;

/** One scrape as a map of {@link SeriesName} to values. */
final class Samples {
  private Samples() {}

  static Map<String, Double> of(MetricSnapshots snapshots) {
    Map<String, Double> samples = new TreeMap<>();
    for (MetricSnapshot family : snapshots) {
      String name = family.getMetadata().getName();
      for (DataPointSnapshot point : family.getDataPoints()) {
        if (point instanceof CounterSnapshot.CounterDataPointSnapshot counter) {
          add(samples, name + "_total", labels(point), counter.getValue());
        } else if (point instanceof GaugeSnapshot.GaugeDataPointSnapshot gauge) {
          add(samples, name, labels(point), gauge.getValue());
        } else if (point instanceof HistogramSnapshot.HistogramDataPointSnapshot histogram) {
          ClassicHistogramBuckets buckets = histogram.getClassicBuckets();
          double count = 0;
          for (int i = 0; i < buckets.size(); i++) {
            count += buckets.getCount(i);
            Map<String, String> bucket = labels(point);
            double bound = buckets.getUpperBound(i);
            bucket.put("le", Double.isInfinite(bound) ? "+Inf" : String.valueOf(bound));
            add(samples, name + "_bucket", bucket, count);
          }
          add(samples, name + "_count", labels(point), count);
          add(samples, name + "_sum", labels(point), histogram.getSum());
        }
      }
    }
    return samples;
  }

  /** The exemplar of each bucket: trace id, span id, value and milliseconds since 1970. */
  static Map<String, String> exemplars(MetricSnapshots snapshots) {
    Map<String, String> exemplars = new TreeMap<>();
    for (MetricSnapshot family : snapshots) {
      for (DataPointSnapshot point : family.getDataPoints()) {
        if (point instanceof HistogramSnapshot.HistogramDataPointSnapshot histogram) {
          int found = 0;
          double lower = Double.NEGATIVE_INFINITY;
          for (int i = 0; i < histogram.getClassicBuckets().size(); i++) {
            double bound = histogram.getClassicBuckets().getUpperBound(i);
            Exemplar exemplar = histogram.getExemplars().get(lower, bound);
            if (exemplar != null) {
              found++;
              Map<String, String> bucket = labels(point);
              bucket.put("le", Double.isInfinite(bound) ? "+Inf" : String.valueOf(bound));
              exemplars.put(
                  SeriesName.of(family.getMetadata().getName() + "_bucket", bucket).toString(),
                  "%s %s %s %s"
                      .formatted(
                          exemplar.getLabels().get(Exemplar.TRACE_ID),
                          exemplar.getLabels().get(Exemplar.SPAN_ID),
                          exemplar.getValue(),
                          exemplar.getTimestampMillis()));
            }
            lower = bound;
          }
          if (found != histogram.getExemplars().size()) {
            throw new AssertionError("two exemplars are of one bucket of " + family);
          }
        }
      }
    }
    return exemplars;
  }

  /** Counts of each native histogram by the index of their bucket; "zero" has those of 0. */
  static Map<String, String> nativeHistograms(MetricSnapshots snapshots) {
    Map<String, String> histograms = new TreeMap<>();
    for (MetricSnapshot family : snapshots) {
      for (DataPointSnapshot point : family.getDataPoints()) {
        if (point instanceof HistogramSnapshot.HistogramDataPointSnapshot histogram
            && histogram.hasNativeHistogramData()
            && histogram.getCount() > 0) {
          Map<Integer, Long> counts = new TreeMap<>();
          histogram
              .getNativeBucketsForPositiveValues()
              .forEach(bucket -> counts.put(bucket.getBucketIndex(), bucket.getCount()));
          histograms.put(
              SeriesName.of(family.getMetadata().getName(), labels(point)).toString(),
              "zero %d %s".formatted(histogram.getNativeZeroCount(), counts));
        }
      }
    }
    return histograms;
  }

  private static void add(
      Map<String, Double> samples, String name, Map<String, String> labels, double value) {
    String series = SeriesName.of(name, labels).toString();
    if (samples.put(series, value) != null) {
      throw new AssertionError(series + " is served twice");
    }
  }

  private static Map<String, String> labels(DataPointSnapshot point) {
    Map<String, String> labels = new TreeMap<>();
    point.getLabels().forEach(label -> labels.put(label.getName(), label.getValue()));
    return labels;
  }
}
