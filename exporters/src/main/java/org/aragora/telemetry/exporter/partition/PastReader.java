package org.aragora.telemetry.exporter.partition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records that precede the first record of a newly assigned partition. The converter's
 * memory thereby is a function of the log, not of this process's lifetime. Uses its own consumer
 * outside the group, open only while there is something to read.
 */
public final class PastReader implements AutoCloseable {

  private final Supplier<Consumer<byte[], byte[]>> open;
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private @Nullable Consumer<byte[], byte[]> consumer;

  public PastReader(Supplier<Consumer<byte[], byte[]>> open) {
    this.open = open;
  }

  /**
   * Starts reading the partition from {@code fromMs} on, up to {@code end}.
   *
   * @return false if there is nothing to read
   */
  public boolean begin(TopicPartition partition, long fromMs, long end) {
    Consumer<byte[], byte[]> reader = reader();
    @Nullable OffsetAndTimestamp start =
        reader.offsetsForTimes(Map.of(partition, Math.max(0, fromMs))).get(partition);
    if (start == null || start.offset() >= end) {
      closeIfIdle();
      return false;
    }
    ends.put(partition, end);
    assign(reader);
    reader.seek(partition, start.offset());
    return true;
  }

  public boolean isReading() {
    return !ends.isEmpty();
  }

  public boolean isReading(TopicPartition partition) {
    return ends.containsKey(partition);
  }

  public void cancel(Collection<TopicPartition> partitions) {
    if (ends.keySet().removeAll(partitions)) {
      assign(reader());
      closeIfIdle();
    }
  }

  /**
   * Polls once.
   *
   * @return the partitions whose past has been read completely
   */
  public List<TopicPartition> poll(
      Duration timeout, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> remember) {
    Consumer<byte[], byte[]> reader = reader();
    ConsumerRecords<byte[], byte[]> records = reader.poll(timeout);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      @Nullable Long end = ends.get(new TopicPartition(record.topic(), record.partition()));
      if (end != null && record.offset() < end) {
        remember.accept(record);
      }
    }
    List<TopicPartition> done = new ArrayList<>();
    for (Map.Entry<TopicPartition, Long> entry : ends.entrySet()) {
      if (reader.position(entry.getKey()) >= entry.getValue()) {
        done.add(entry.getKey());
      }
    }
    if (!done.isEmpty()) {
      done.forEach(ends::remove);
      assign(reader);
      closeIfIdle();
    }
    return done;
  }

  private void assign(Consumer<byte[], byte[]> reader) {
    reader.assign(Set.copyOf(ends.keySet()));
  }

  private Consumer<byte[], byte[]> reader() {
    Consumer<byte[], byte[]> current = consumer;
    if (current == null) {
      current = open.get();
      consumer = current;
    }
    return current;
  }

  private void closeIfIdle() {
    if (ends.isEmpty()) {
      close();
    }
  }

  @Override
  public void close() {
    Consumer<byte[], byte[]> current = consumer;
    consumer = null;
    ends.clear();
    if (current != null) {
      current.close();
    }
  }
}
