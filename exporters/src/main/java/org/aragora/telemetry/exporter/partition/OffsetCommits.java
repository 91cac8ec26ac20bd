package org.aragora.telemetry.exporter.partition;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the acknowledged offsets of the owned partitions: at an interval without waiting, and at
 * once when a partition is revoked or the loop ends. Owned by the loop's thread.
 */
public final class OffsetCommits {

  private static final Logger LOG = LoggerFactory.getLogger(OffsetCommits.class);
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);

  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, PartitionOffsets> owned;
  private final Duration interval;
  private final LongSupplier nanos;
  private long nextNanos;

  /**
   * @param owned the loop's partitions, a view that changes
   */
  public OffsetCommits(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, PartitionOffsets> owned,
      Duration interval,
      LongSupplier nanos) {
    this.consumer = consumer;
    this.owned = owned;
    this.interval = interval;
    this.nanos = nanos;
    nextNanos = nanos.getAsLong();
  }

  /** Sends a commit if one is due. The answer arrives in a later poll. */
  public void commitIfDue() {
    long now = nanos.getAsLong();
    if (now - nextNanos < 0) {
      return;
    }
    nextNanos = now + interval.toNanos();
    Map<TopicPartition, OffsetAndMetadata> offsets = committable(owned.keySet());
    if (offsets.isEmpty()) {
      return;
    }
    Map<TopicPartition, PartitionOffsets> owners = new HashMap<>(owned);
    consumer.commitAsync(
        offsets,
        (committed, failure) -> {
          if (failure == null) {
            onCommitted(committed, owners);
          } else {
            LOG.info("A commit failed; the next one covers it: {}", failure.toString());
          }
        });
  }

  /** Commits and waits. If it fails, the next owner sends the same records again. */
  public void commitNow(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = committable(partitions);
    if (offsets.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(offsets, COMMIT_TIMEOUT);
      onCommitted(offsets, owned);
    } catch (KafkaException e) {
      LOG.warn(
          "The last commit of {} failed; its records will be sent again, unchanged: {}",
          offsets.keySet(),
          e.toString());
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> committable(
      Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>();
    for (TopicPartition partition : partitions) {
      PartitionOffsets offsets = owned.get(partition);
      if (offsets != null && offsets.needsCommit()) {
        offsets
            .committable()
            .ifPresent(offset -> committable.put(partition, new OffsetAndMetadata(offset)));
      }
    }
    return committable;
  }

  private static void onCommitted(
      Map<TopicPartition, OffsetAndMetadata> committed,
      Map<TopicPartition, PartitionOffsets> owners) {
    committed.forEach(
        (partition, offset) -> {
          PartitionOffsets offsets = owners.get(partition);
          if (offsets != null) {
            offsets.onCommitted(offset.offset());
          }
        });
  }
}
