package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What retention removed while nobody exported it is lost: says so, once per assignment. Owned by
 * the loop's thread.
 */
final class Expired {

  private static final Logger LOG = LoggerFactory.getLogger(Expired.class);

  private final Consumer<byte[], byte[]> consumer;
  private final ExporterMetrics metrics;
  private final Duration roundTrip;
  private final Set<TopicPartition> unchecked = new HashSet<>();

  /**
   * @param roundTrip how long a question to the broker may take
   */
  Expired(Consumer<byte[], byte[]> consumer, ExporterMetrics metrics, Duration roundTrip) {
    this.consumer = consumer;
    this.metrics = metrics;
    this.roundTrip = roundTrip;
  }

  void assigned(TopicPartition partition) {
    unchecked.add(partition);
  }

  void revoked(Collection<TopicPartition> partitions) {
    partitions.forEach(unchecked::remove);
  }

  /** Looks at what was assigned since it last did. */
  void check() {
    if (unchecked.isEmpty()) {
      return;
    }
    Set<TopicPartition> partitions = Set.copyOf(unchecked);
    unchecked.clear();
    try {
      Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions, roundTrip);
      consumer
          .committed(partitions, roundTrip)
          .forEach((partition, offset) -> note(partition, offset, beginnings.get(partition)));
    } catch (KafkaException passing) {
      LOG.info("Whether records expired unexported is not known: {}", passing.toString());
    }
  }

  private void note(
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
