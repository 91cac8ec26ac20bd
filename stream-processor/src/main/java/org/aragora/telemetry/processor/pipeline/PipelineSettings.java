package org.aragora.telemetry.processor.pipeline;

import java.util.List;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.aragora.telemetry.processor.serve.Ripener;
import org.aragora.telemetry.processor.serve.ServeProcessor;

/**
 * The parts of the topology.
 *
 * @param topicPrefix the beginning of the topics' names
 * @param generation whose output topics it writes and serves
 * @param metricsPartitions partitions of the metrics topic
 * @param count shared by all counting tasks
 * @param view where open partitions of the metrics topic are registered
 */
public record PipelineSettings(
    String topicPrefix,
    Generation generation,
    int metricsPartitions,
    CountProcessor.Services count,
    MetricsView view) {

  /** Every metric that has series of its own, in the order in which it is served. */
  public List<MetricDescriptor> metrics() {
    return count.counters().metrics();
  }

  Ripener ripener() {
    return new Ripener(view, count.counters().rules().birth(), count.nanoClock());
  }

  ServeProcessor.Services serve(String storeName) {
    return new ServeProcessor.Services(
        storeName, view, metrics(), metricsPartitions, count.counters().handover()::isCaughtUp);
  }
}
