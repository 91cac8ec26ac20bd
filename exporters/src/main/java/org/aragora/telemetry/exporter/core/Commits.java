package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits of what is safe in the partitions that are owned: every so often without waiting, and at
 * once where a partition goes or the loop ends. Owned by the loop's thread.
 */
final class Commits {

  private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, PartitionProgress> owned;
  private final Duration interval;
  private final Duration roundTrip;
  private long nextNanos;

  /**
   * @param owned the loop's partitions, which change under its hands
   * @param roundTrip how long a commit at once may take
   */
  Commits(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, PartitionProgress> owned,
      Duration interval,
      Duration roundTrip) {
    this.consumer = consumer;
    this.owned = owned;
    this.interval = interval;
    this.roundTrip = roundTrip;
  }

  /** Sends a commit if one is due; its answer comes within a later poll. */
  void ifDue(long nowNanos) {
    if (nowNanos - nextNanos < 0) {
      return;
    }
    nextNanos = nowNanos + interval.toNanos();
    Map<TopicPartition, OffsetAndMetadata> offsets = committable(owned.keySet());
    if (offsets.isEmpty()) {
      return;
    }
    Map<TopicPartition, PartitionProgress> owners = new HashMap<>(owned);
    consumer.commitAsync(
        offsets,
        (done, problem) -> {
          if (problem == null) {
            markCommitted(done, owners);
          } else {
            LOG.info("A commit did not go through, the next one covers it: {}", problem.toString());
          }
        });
  }

  /** Commits and waits; what does not go through is sent again by the next owner. */
  void now(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = committable(partitions);
    if (offsets.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(offsets, roundTrip);
      markCommitted(offsets, owned);
    } catch (KafkaException problem) {
      LOG.warn(
          "The last commit of {} did not go through; what it covers will be sent again, unchanged:"
              + " {}",
          offsets.keySet(),
          problem.toString());
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> committable(Collection<TopicPartition> of) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : of) {
      PartitionProgress progress = owned.get(partition);
      if (progress != null && progress.needsCommit()) {
        progress
            .committable()
            .ifPresent(offset -> offsets.put(partition, new OffsetAndMetadata(offset)));
      }
    }
    return offsets;
  }

  private static void markCommitted(
      Map<TopicPartition, OffsetAndMetadata> done, Map<TopicPartition, PartitionProgress> owners) {
    done.forEach(
        (partition, offset) -> {
          PartitionProgress progress = owners.get(partition);
          if (progress != null) {
            progress.committed(offset.offset());
          }
        });
  }
}
