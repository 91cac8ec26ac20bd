package org.aragora.telemetry.processor.pipeline;

import java.util.List;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.aragora.telemetry.processor.serve.SeriesLifeProcessor;
import org.aragora.telemetry.processor.serve.ServeProcessor;

/**
 * The parts of the topology.
 *
 * @param topicPrefix prefix of the names of all topics
 * @param generation the generation that it counts into and serves
 * @param announcement of the takeover of a partition of the metrics topic
 * @param count shared by all counting tasks
 * @param view register of the open partitions of the metrics topic
 */
public record PipelineSettings(
    String topicPrefix,
    Generation generation,
    ServeProcessor.Announcement announcement,
    CountProcessor.Services count,
    MetricsView view) {

  /** Every metric that has series of its own, in the order in which it is served. */
  public List<MetricDescriptor> metrics() {
    return count.counters().metrics();
  }

  /** Full name of the metrics topic. */
  String metricsTopic() {
    return generation.metrics().under(topicPrefix);
  }

  SeriesLifeProcessor seriesLife() {
    return new SeriesLifeProcessor(view, count.counters().rules().birth(), count.nanoClock());
  }

  ServeProcessor.Services serve(String storeName) {
    return new ServeProcessor.Services(storeName, metricsTopic(), view, metrics(), announcement);
  }
}
