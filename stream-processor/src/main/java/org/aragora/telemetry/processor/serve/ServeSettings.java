package org.aragora.telemetry.processor.serve;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * The settings of serving.
 *
 * @param metrics every metric that has series of its own, in the order in which it is served
 * @param websocketConnections the gauge that is served from the instances' series
 * @param topicPrefix prefix of the names of all topics
 * @param inputPartitions partitions of each input topic
 * @param metricsPartitions partitions of the metrics topic
 * @param lateGrace time for which late events still count, in partition time
 * @param nativeHistograms if histograms are native ones too, where the format can carry them
 */
public record ServeSettings(
    List<MetricDescriptor> metrics,
    MetricDescriptor websocketConnections,
    String topicPrefix,
    Map<InputTopic, Integer> inputPartitions,
    int metricsPartitions,
    Duration lateGrace,
    boolean nativeHistograms) {}
