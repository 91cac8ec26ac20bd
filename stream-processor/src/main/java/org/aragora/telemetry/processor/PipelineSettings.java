package org.aragora.telemetry.processor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.processor.aggregate.AggregateProcessor;
import org.aragora.telemetry.processor.aggregate.AggregateSettings;
import org.aragora.telemetry.processor.ingest.IngestProcessor;
import org.aragora.telemetry.processor.measure.MetricCatalog;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.aragora.telemetry.processor.serve.Ripener;
import org.aragora.telemetry.processor.serve.ServeProcessor;

/**
 * What the topology is built from.
 *
 * @param topicPrefix what the names of topics begin with
 * @param generation whose output topics it writes and serves
 * @param metricsPartitions partitions of the metrics topic
 * @param ingest what all ingest tasks share
 * @param aggregate what totals and windows depend on
 * @param writeInterval how often changed values are written out
 * @param view where open partitions of the metrics topic are registered
 */
record PipelineSettings(
    String topicPrefix,
    Generation generation,
    int metricsPartitions,
    IngestProcessor.Services ingest,
    AggregateSettings aggregate,
    Duration writeInterval,
    MetricsView view) {

  /** Every metric that has series of its own, in the order in which it is served. */
  static List<MetricDescriptor> metrics(String topicPrefix) {
    return metrics(new MetricCatalog(topicPrefix));
  }

  /** Those of a catalog, and those that stages add. */
  static List<MetricDescriptor> metrics(MetricCatalog catalog) {
    List<MetricDescriptor> metrics = new ArrayList<>(catalog.descriptors());
    metrics.addAll(AggregateProcessor.ownMetrics());
    return List.copyOf(metrics);
  }

  List<MetricDescriptor> metrics() {
    return metrics(topicPrefix);
  }

  Ripener ripener() {
    return new Ripener(view, aggregate.birth(), ingest.nanoClock());
  }

  ServeProcessor.Services serve(String storeName) {
    return new ServeProcessor.Services(
        storeName, view, metrics(), metricsPartitions, ingest.handover()::isCaughtUp);
  }
}
