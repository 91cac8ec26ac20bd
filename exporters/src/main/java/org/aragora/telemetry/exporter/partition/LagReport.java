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

/**
 * Lag of an exporter, in records per partition and in seconds per topic. Records behind an open
 * transaction are lag, too. Owned by the loop's thread.
 */
public final class LagReport {
  private final Consumer<byte[], byte[]> consumer;
  private final HighWatermarks highWatermarks;
  private final ExporterMetrics metrics;
  private final Clock clock;

  /** {@code highWatermarks}: closed by its owner. */
  public LagReport(
      Consumer<byte[], byte[]> consumer,
      HighWatermarks highWatermarks,
      ExporterMetrics metrics,
      Clock clock) {
    this.consumer = consumer;
    this.highWatermarks = highWatermarks;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Updates the metrics. Called on the loop's thread. */
  public void refresh(Collection<PartitionOffsets> owned) {
    Map<TopicPartition, Long> highs =
        highWatermarks.refresh(
            owned.stream().map(PartitionOffsets::partition).collect(Collectors.toSet()));
    Map<TopicPartition, Long> records = new HashMap<>();
    Map<TopicPartition, Long> unstable = new HashMap<>();
    Map<String, Long> oldest = new HashMap<>();
    for (PartitionOffsets offsets : owned) {
      TopicPartition partition = offsets.partition();
      OptionalLong unread = consumer.currentLag(partition);
      long heldBack = unread.isPresent() ? heldBack(partition, unread.getAsLong(), highs) : 0;
      unstable.put(partition, heldBack);
      records.put(partition, unread.orElse(0) + heldBack + offsets.unacknowledgedOffsets());
      offsets.onHeldBack(heldBack > 0, clock.millis());
      long timestamp = offsets.oldestTimestampMs(unread.orElse(0) > 0);
      oldest.merge(partition.topic(), timestamp, LagReport::older);
    }
    metrics.lag(records, unstable, oldest);
  }

  /** Offsets from the last stable one to the high watermark. */
  private long heldBack(TopicPartition partition, long unread, Map<TopicPartition, Long> highs) {
    Long high = highs.get(partition);
    return high == null ? 0 : Math.max(0, high - consumer.position(partition) - unread);
  }

  /** The older of two append times; 0 is none. */
  private static Long older(Long left, Long right) {
    if (left == 0 || right == 0) {
      return Math.max(left, right);
    }
    return Math.min(left, right);
  }
}
