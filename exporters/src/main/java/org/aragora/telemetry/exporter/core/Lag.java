package org.aragora.telemetry.exporter.core;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** How far behind an exporter is, in records by partition and in seconds by topic. */
final class Lag {

  private Lag() {}

  /** Tells the metrics. Called on the loop's thread. */
  static void report(
      Consumer<byte[], byte[]> consumer,
      Collection<PartitionProgress> owned,
      ExporterMetrics metrics) {
    Map<TopicPartition, Long> records = new HashMap<>();
    Map<String, Long> oldest = new HashMap<>();
    for (PartitionProgress progress : owned) {
      TopicPartition partition = progress.partition();
      OptionalLong unread = consumer.currentLag(partition);
      records.put(partition, unread.orElse(0) + progress.unacknowledgedSpan());
      long stamp = progress.oldestTimestampMs(unread.orElse(0) > 0);
      oldest.merge(partition.topic(), stamp, Lag::older);
    }
    metrics.lag(records, oldest);
  }

  /** The older of two append times, where 0 is none. */
  private static Long older(Long left, Long right) {
    if (left == 0 || right == 0) {
      return Math.max(left, right);
    }
    return Math.min(left, right);
  }
}
