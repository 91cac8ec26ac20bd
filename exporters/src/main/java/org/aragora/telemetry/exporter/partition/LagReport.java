package org.aragora.telemetry.exporter.partition;

import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.jspecify.annotations.Nullable;

/**
 * Lag of an exporter, in records per partition and in seconds per topic. Records behind an open
 * transaction are lag, too. Owned by the loop's thread.
 */
public final class LagReport {
  private final Consumer<byte[], byte[]> consumer;
  private final EndOffsets endOffsets;
  private final ExporterMetrics metrics;
  private final Clock clock;

  /** {@code endOffsets}: closed by its owner. */
  public LagReport(
      Consumer<byte[], byte[]> consumer,
      EndOffsets endOffsets,
      ExporterMetrics metrics,
      Clock clock) {
    this.consumer = consumer;
    this.endOffsets = endOffsets;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Updates the metrics. Called on the loop's thread. */
  public void refresh(Collection<PartitionOffsets> owned) {
    Map<TopicPartition, EndOffsets.End> ends =
        endOffsets.refresh(
            owned.stream().map(PartitionOffsets::partition).collect(Collectors.toSet()));
    Map<TopicPartition, Long> records = new HashMap<>();
    Map<TopicPartition, Long> unstable = new HashMap<>();
    Map<String, Long> oldest = new HashMap<>();
    for (PartitionOffsets offsets : owned) {
      TopicPartition partition = offsets.partition();
      EndOffsets.End end = ends.get(partition);
      long heldBack = end == null ? 0 : end.heldBack();
      long unread = unread(partition, end);
      unstable.put(partition, heldBack);
      records.put(partition, unread + heldBack + offsets.unacknowledgedOffsets());
      offsets.onHeldBack(heldBack > 0, clock.millis());
      long timestamp = offsets.oldestTimestampMs(unread > 0);
      oldest.merge(partition.topic(), timestamp, LagReport::older);
    }
    metrics.lag(records, unstable, oldest);
  }

  /**
   * Offsets to the last stable one, by the last fetch of the consumer or the last answer of the
   * broker.
   */
  private long unread(TopicPartition partition, EndOffsets.@Nullable End end) {
    OptionalLong ofLastFetch = consumer.currentLag(partition);
    if (end == null || ofLastFetch.isEmpty()) {
      return ofLastFetch.orElse(0);
    }
    return Math.max(ofLastFetch.getAsLong(), end.stable() - consumer.position(partition));
  }

  /** The older of two append times; 0 is none. */
  private static Long older(Long left, Long right) {
    if (left == 0 || right == 0) {
      return Math.max(left, right);
    }
    return Math.min(left, right);
  }
}
