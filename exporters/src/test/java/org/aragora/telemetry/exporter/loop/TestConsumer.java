package org.aragora.telemetry.exporter.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Kafka's consumer for tests with a log behind it. It waits in manual time, reports every commit,
 * and also does what the stock one cannot: fail a commit, lose partitions, find offsets by time.
 */
final class TestConsumer extends MockConsumer<byte[], byte[]> {

  KafkaException commitFailure;
  int commits;
  Supplier<KafkaException> failure = () -> null;
  private final Map<TopicPartition, TreeMap<Long, ConsumerRecord<byte[], byte[]>>> log;
  private final Map<TopicPartition, Long> committed = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> skips = new HashMap<>();
  private final ManualTime time;
  private boolean losing;
  private ObjLongConsumer<TopicPartition> afterCommit = (partition, offset) -> {};

  /** {@code log}: records of all partitions, shared with the readers of the past. */
  TestConsumer(
      ManualTime time, Map<TopicPartition, TreeMap<Long, ConsumerRecord<byte[], byte[]>>> log) {
    super("earliest");
    this.time = time;
    this.log = log;
  }

  void afterCommit(ObjLongConsumer<TopicPartition> action) {
    afterCommit = action;
  }

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener given) {
    super.subscribe(
        topics,
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            given.onPartitionsAssigned(partitions);
          }

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (losing) {
              given.onPartitionsLost(partitions);
            } else {
              given.onPartitionsRevoked(partitions);
            }
          }
        });
  }

  /** Assigns exactly these partitions. */
  @Override
  public void rebalance(Collection<TopicPartition> partitions) {
    List<TopicPartition> added = new ArrayList<>(partitions);
    added.removeAll(assignment());
    super.rebalance(partitions);
    added.forEach(partition -> seek(partition, committedOffset(partition)));
    partitions.forEach(this::load);
  }

  /** Assigns exactly these partitions; the rest is lost, as after a timeout. */
  void rebalanceTooLate(Collection<TopicPartition> partitions) {
    losing = true;
    rebalance(partitions);
    losing = false;
  }

  /** Sets the offset that a former owner committed. */
  void commitBefore(TopicPartition partition, long offset) {
    committed.put(partition, offset);
  }

  /** The offset that a next owner would begin at. */
  long committedOffset(TopicPartition partition) {
    return committed.getOrDefault(partition, 0L);
  }

  private void load(TopicPartition partition) {
    log.getOrDefault(partition, new TreeMap<>())
        .tailMap(position(partition))
        .values()
        .forEach(this::addRecord);
  }

  /** Moves the position over an offset without a record, such as a transaction's marker. */
  void marker(TopicPartition partition, long next) {
    skips.put(partition, new OffsetAndMetadata(next));
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    if (failure.get() != null) {
      time.advance(timeout.toNanos());
      throw failure.get();
    }
    ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
    if (records.isEmpty()) {
      time.advance(timeout.toNanos());
    }
    if (!skips.isEmpty() && records.isEmpty()) {
      ConsumerRecords<byte[], byte[]> moved = new ConsumerRecords<>(Map.of(), Map.copyOf(skips));
      skips.clear();
      return moved;
    }
    return records;
  }

  @Override
  public void seekToBeginning(Collection<TopicPartition> partitions) {
    super.seekToBeginning(partitions);
    partitions.forEach(partition -> log.getOrDefault(partition, new TreeMap<>()).clear());
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
    if (commitFailure != null) {
      throw commitFailure;
    }
    super.commitSync(offsets, timeout);
    keep(offsets);
  }

  @Override
  public void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
    if (commitFailure != null) {
      callback.onComplete(offsets, commitFailure);
      return;
    }
    super.commitAsync(offsets, callback);
    keep(offsets);
  }

  private void keep(Map<TopicPartition, OffsetAndMetadata> offsets) {
    commits++;
    offsets.forEach(
        (partition, offset) -> {
          committed.put(partition, offset.offset());
          afterCommit.accept(partition, offset.offset());
        });
  }

  @Override
  public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
    Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
    times.forEach(
        (partition, from) ->
            log.getOrDefault(partition, new TreeMap<>()).values().stream()
                .filter(record -> record.timestamp() >= from)
                .findFirst()
                .ifPresent(
                    record ->
                        found.put(
                            partition,
                            new OffsetAndTimestamp(record.offset(), record.timestamp()))));
    return found;
  }

  @Override
  public void assign(Collection<TopicPartition> partitions) {
    super.assign(partitions);
    partitions.forEach(
        partition -> {
          updateBeginningOffsets(Map.of(partition, 0L));
          updateEndOffsets(Map.of(partition, Long.MAX_VALUE));
          log.getOrDefault(partition, new TreeMap<>()).values().forEach(this::addRecord);
        });
  }
}
