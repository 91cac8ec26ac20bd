package org.aragora.telemetry.processor.serve;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.ExactSum;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.RatioAggregate;
import org.aragora.telemetry.processor.flow.TopicTime;
import org.aragora.telemetry.processor.serve.parts.Part;
import org.aragora.telemetry.processor.serve.parts.SeriesParts;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Samples that depend on the time that the topics have reached: ratios and live instances. */
final class TopicTimeSamples {
  private static final Map<String, Integer> WINDOWS = Map.of("5m", 5, "1h", 60);
  private static final long GONE_AFTER_MS = 60L * 60 * 1000;

  private static final List<String> OTHER = List.of("other");

  private TopicTimeSamples() {}

  /** Adds ratios of the last minutes of the topic of their events, if those had events. */
  static void addRatio(MetricDescriptor metric, PartitionView view, TopicTime time, Snapshots to) {
    RatioAggregate merged = new RatioAggregate();
    InputTopic topic = null;
    for (Map.Entry<SeriesKey, SeriesParts> series : view.series().entrySet()) {
      if (series.getKey().metric().equals(metric.name())) {
        for (Part part : series.getValue().parts()) {
          merged.merge(part.value());
          topic = part.task().topic();
        }
      }
    }
    OptionalLong until = topic == null ? OptionalLong.empty() : time.highestNanos(topic);
    if (topic == null || until.isEmpty()) {
      return;
    }
    long minute = Times.minute(view.servedTimes().ofRatios(topic, until.getAsLong()));
    WINDOWS.forEach(
        (label, minutes) -> {
          OptionalDouble ratio = merged.ratio(minute, minutes);
          if (ratio.isPresent()) {
            to.gauge(metric.name(), metric.help(), Labels.of("window", label), ratio.getAsDouble());
          }
        });
  }

  /**
   * Adds the instances that are alive, and the sum of their WebSocket connections. Those over the
   * series limit are one sample, {@code other}: the number of them that are alive.
   */
  static void addInstances(
      MetricDescriptor metric,
      MetricDescriptor websocketConnections,
      PartitionView view,
      TopicTime time,
      Snapshots to) {
    ExactSum connections = new ExactSum();
    int otherLive = 0;
    boolean anyOther = false;
    for (Map.Entry<SeriesKey, SeriesParts> series : view.series().entrySet()) {
      if (!series.getKey().metric().equals(metric.name())) {
        continue;
      }
      List<Part> parts = series.getValue().parts();
      InstanceAggregate merged = (InstanceAggregate) Aggregate.zero(metric);
      parts.forEach(part -> merged.merge(part.value()));
      if (!merged.isRunning()) {
        continue;
      }
      long leftMs = leftMs(merged, parts, time);
      int live = leftMs > 0 ? 1 : 0;
      if (live == 1) {
        connections.add(merged.websocketConnections());
      }
      if (leftMs > -GONE_AFTER_MS) {
        if (isOther(series.getKey(), parts)) {
          anyOther = true;
          otherLive += live;
        } else {
          Labels labels = Labels.of(metric.labels(), series.getKey().labelValues());
          to.gauge(metric.name(), metric.help(), labels, live);
        }
      }
    }
    if (anyOther) {
      Labels labels = Labels.of(metric.labels(), OTHER);
      to.gauge(metric.name(), metric.help(), labels, otherLive);
    }
    to.gauge(
        websocketConnections.name(),
        websocketConnections.help(),
        Labels.EMPTY,
        connections.toDouble(1));
  }

  /** Returns true if no partition with a heartbeat of it had a place for it under its limit. */
  private static boolean isOther(SeriesKey series, List<Part> parts) {
    return series.labelValues().equals(OTHER)
        || parts.stream()
            .filter(part -> ((InstanceAggregate) part.value()).liveUntilMs() > 0)
            .allMatch(Part::isOverLimit);
  }

  /**
   * Time for which an instance stays alive without another heartbeat, by the partition of its last.
   */
  private static long leftMs(InstanceAggregate merged, List<Part> parts, TopicTime time) {
    long leftMs = Long.MIN_VALUE;
    for (Part part : parts) {
      long liveUntilMs = ((InstanceAggregate) part.value()).liveUntilMs();
      long nowMs = time.appendTimeMs(part.task());
      boolean last = ((InstanceAggregate) part.value()).hasHeartbeatOf(merged);
      if (last && liveUntilMs > 0 && nowMs > 0) {
        leftMs = Math.max(leftMs, liveUntilMs - nowMs);
      }
    }
    return leftMs;
  }
}
