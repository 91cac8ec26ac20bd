package org.aragora.telemetry.processor.serve;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.RatioAggregate;

/** Samples that depend on the time that the topics have reached: ratios and live instances. */
final class TopicTimeSamples {
  private static final Map<String, Integer> WINDOWS = Map.of("5m", 5, "1h", 60);
  private static final long GONE_AFTER_MS = 60L * 60 * 1000;

  private TopicTimeSamples() {}

  /** Adds ratios of the last minutes of the topic of their events, if those had events. */
  static void addRatio(MetricDescriptor metric, PartitionView view, TopicTime time, Snapshots to) {
    RatioAggregate merged = new RatioAggregate();
    OptionalLong until = OptionalLong.empty();
    for (Map.Entry<SeriesKey, Map<InputPartition, Aggregate>> series : view.series().entrySet()) {
      if (series.getKey().metric().equals(metric.name())) {
        for (Map.Entry<InputPartition, Aggregate> part : series.getValue().entrySet()) {
          merged.merge(part.getValue());
          until = time.highestNanos(part.getKey().topic());
        }
      }
    }
    if (until.isEmpty()) {
      return;
    }
    long minute = Times.minute(until.getAsLong());
    WINDOWS.forEach(
        (label, minutes) -> {
          OptionalDouble ratio = merged.ratio(minute, minutes);
          if (ratio.isPresent()) {
            to.gauge(metric.name(), metric.help(), Labels.of("window", label), ratio.getAsDouble());
          }
        });
  }

  /** Adds the instances that are alive, and the sum of their WebSocket connections. */
  static void addInstances(
      MetricDescriptor metric,
      MetricDescriptor websocketConnections,
      PartitionView view,
      TopicTime time,
      Snapshots to) {
    long connections = 0;
    for (Map.Entry<SeriesKey, Map<InputPartition, Aggregate>> series : view.series().entrySet()) {
      if (!series.getKey().metric().equals(metric.name()) || series.getValue().isEmpty()) {
        continue;
      }
      InstanceAggregate merged = (InstanceAggregate) Aggregate.zero(metric);
      series.getValue().values().forEach(merged::merge);
      if (!merged.isRunning()) {
        continue;
      }
      long leftMs = leftMs(merged, series.getValue(), time);
      if (leftMs > 0) {
        connections += merged.websocketConnections();
      }
      if (leftMs > -GONE_AFTER_MS) {
        Labels labels = Labels.of(metric.labels(), series.getKey().labelValues());
        to.gauge(metric.name(), metric.help(), labels, leftMs > 0 ? 1 : 0);
      }
    }
    to.gauge(
        websocketConnections.name(),
        websocketConnections.help(),
        Labels.EMPTY,
        (double) connections);
  }

  /**
   * Time for which an instance stays alive without another heartbeat, by the partition of its last.
   */
  private static long leftMs(
      InstanceAggregate merged, Map<InputPartition, Aggregate> parts, TopicTime time) {
    long leftMs = Long.MIN_VALUE;
    for (Map.Entry<InputPartition, Aggregate> part : parts.entrySet()) {
      long liveUntilMs = ((InstanceAggregate) part.getValue()).liveUntilMs();
      long nowMs = time.appendTimeMs(part.getKey());
      boolean last = ((InstanceAggregate) part.getValue()).hasHeartbeatOf(merged);
      if (last && liveUntilMs > 0 && nowMs > 0) {
        leftMs = Math.max(leftMs, liveUntilMs - nowMs);
      }
    }
    return leftMs;
  }
}
