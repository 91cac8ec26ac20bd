package org.aragora.telemetry.replay.redrive;

import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The dead letters that have been sent back. A mark is a record of the dead-letter topic itself, in
 * the partition of what it marks and written in the same transaction as what was sent: it cannot be
 * lost without it, and retention takes it later.
 */
final class Marks {
  /** Header of a mark: the offset of the dead letter. */
  static final String MARK = "aragora-redrive-mark";

  private record Place(TopicPartition partition, long offset) {}

  private final Set<Place> marked = new HashSet<>();

  /** Reads a mark; false if the record is not a mark. */
  boolean accept(ConsumerRecord<byte[], byte[]> record) {
    String offset = Parked.text(record.headers(), MARK);
    if (offset == null || !offset.matches("\\d{1,18}")) {
      return false;
    }
    marked.add(
        new Place(new TopicPartition(record.topic(), record.partition()), Long.parseLong(offset)));
    return true;
  }

  boolean contains(ConsumerRecord<byte[], byte[]> deadLetter) {
    return marked.contains(
        new Place(
            new TopicPartition(deadLetter.topic(), deadLetter.partition()), deadLetter.offset()));
  }

  @SuppressWarnings("NullAway") // a mark has neither key nor value
  static ProducerRecord<byte[], byte[]> markOf(ConsumerRecord<byte[], byte[]> deadLetter) {
    return new ProducerRecord<>(
        deadLetter.topic(),
        deadLetter.partition(),
        (Long) null,
        null,
        null,
        new RecordHeaders().add(MARK, Parked.bytes(String.valueOf(deadLetter.offset()))));
  }
}
