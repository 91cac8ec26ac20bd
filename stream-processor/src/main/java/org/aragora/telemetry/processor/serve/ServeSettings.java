package org.aragora.telemetry.processor.serve;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * What serving depends on.
 *
 * @param metrics every metric that has series of its own, in the order in which it is served
 * @param websocketConnections the gauge that is served from the instances' series
 * @param topicPrefix what the names of topics begin with
 * @param inputPartitions partitions of each input topic
 * @param metricsPartitions partitions of the metrics topic
 * @param lateGrace how long events are waited for, in partition time
 */
public record ServeSettings(
    List<MetricDescriptor> metrics,
    MetricDescriptor websocketConnections,
    String topicPrefix,
    Map<InputTopic, Integer> inputPartitions,
    int metricsPartitions,
    Duration lateGrace) {}
