package org.aragora.telemetry.processor.model;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.TreeMap;

/** One scrape as a map of {@code metric|label|label} to values. */
final class Samples {
  private Samples() {}

  static Map<String, Double> of(MetricSnapshots snapshots) {
    Map<String, Double> samples = new TreeMap<>();
    for (MetricSnapshot family : snapshots) {
      String name = family.getMetadata().getName();
      for (DataPointSnapshot point : family.getDataPoints()) {
        if (point instanceof CounterSnapshot.CounterDataPointSnapshot counter) {
          add(samples, key(name + "_total", point), counter.getValue());
        } else if (point instanceof GaugeSnapshot.GaugeDataPointSnapshot gauge) {
          add(samples, key(name, point), gauge.getValue());
        } else if (point instanceof HistogramSnapshot.HistogramDataPointSnapshot histogram) {
          ClassicHistogramBuckets buckets = histogram.getClassicBuckets();
          double count = 0;
          for (int i = 0; i < buckets.size(); i++) {
            count += buckets.getCount(i);
            add(samples, key(name, point) + "_bucket" + i, count);
          }
          add(samples, key(name, point) + "_sum", histogram.getSum());
        }
      }
    }
    return samples;
  }

  /** For values that are compared: zero or absent is the same to them. */
  static void put(Map<String, Double> samples, String key, double value) {
    if (value != 0) {
      add(samples, key, value);
    }
  }

  private static void add(Map<String, Double> samples, String key, double value) {
    if (samples.put(key, value) != null) {
      throw new AssertionError(key + " is served twice");
    }
  }

  private static String key(String name, DataPointSnapshot point) {
    StringBuilder key = new StringBuilder(name).append('|');
    for (int i = 0; i < point.getLabels().size(); i++) {
      key.append(i == 0 ? "" : "|").append(point.getLabels().getName(i)).append('=');
      key.append(point.getLabels().getValue(i));
    }
    return key.toString();
  }
}
