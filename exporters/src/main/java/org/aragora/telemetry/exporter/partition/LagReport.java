package org.aragora.telemetry.exporter.partition;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.exporter.health.ExporterMetrics;

/** Lag of an exporter, in records per partition and in seconds per topic. */
public final class LagReport {

  private LagReport() {}

  /** Updates the metrics. Called on the loop's thread. */
  public static void refresh(
      Consumer<byte[], byte[]> consumer,
      Collection<PartitionOffsets> owned,
      ExporterMetrics metrics) {
    Map<TopicPartition, Long> records = new HashMap<>();
    Map<String, Long> oldest = new HashMap<>();
    for (PartitionOffsets offsets : owned) {
      TopicPartition partition = offsets.partition();
      OptionalLong unread = consumer.currentLag(partition);
      records.put(partition, unread.orElse(0) + offsets.unacknowledgedOffsets());
      long timestamp = offsets.oldestTimestampMs(unread.orElse(0) > 0);
      oldest.merge(partition.topic(), timestamp, LagReport::older);
    }
    metrics.lag(records, oldest);
  }

  /** The older of two append times; 0 is none. */
  private static Long older(Long left, Long right) {
    if (left == 0 || right == 0) {
      return Math.max(left, right);
    }
    return Math.min(left, right);
  }
}
