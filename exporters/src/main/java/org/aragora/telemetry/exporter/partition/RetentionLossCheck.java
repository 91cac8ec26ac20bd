package org.aragora.telemetry.exporter.partition;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports records that retention deleted before they were exported, once per assignment. Owned by
 * the loop's thread.
 */
public final class RetentionLossCheck {

  private static final Logger LOG = LoggerFactory.getLogger(RetentionLossCheck.class);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  private final Consumer<byte[], byte[]> consumer;
  private final ExporterMetrics metrics;
  private final Set<TopicPartition> unchecked = new HashSet<>();

  public RetentionLossCheck(Consumer<byte[], byte[]> consumer, ExporterMetrics metrics) {
    this.consumer = consumer;
    this.metrics = metrics;
  }

  public void onAssigned(TopicPartition partition) {
    unchecked.add(partition);
  }

  public void onRevoked(Collection<TopicPartition> partitions) {
    partitions.forEach(unchecked::remove);
  }

  /** Checks the partitions that were assigned since the last call. */
  public void check() {
    if (unchecked.isEmpty()) {
      return;
    }
    Set<TopicPartition> partitions = Set.copyOf(unchecked);
    unchecked.clear();
    try {
      Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions, REQUEST_TIMEOUT);
      consumer
          .committed(partitions, REQUEST_TIMEOUT)
          .forEach((partition, offset) -> report(partition, offset, beginnings.get(partition)));
    } catch (KafkaException e) {
      LOG.info("The check for records that expired unexported failed: {}", e.toString());
    }
  }

  private void report(
      TopicPartition partition, @Nullable OffsetAndMetadata committed, @Nullable Long beginning) {
    if (committed != null && beginning != null && beginning > committed.offset()) {
      long lost = beginning - committed.offset();
      metrics.expired(partition.topic(), lost);
      LOG.error(
          "{} offsets of {} were removed by the topic's retention before they were exported.",
          lost,
          partition);
    }
  }
}
