package org.aragora.telemetry.processor.replay.redrive;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * One dead letter: what it was and where it came from.
 *
 * @param record as it lies in the dead-letter topic
 * @param topic where it was read first
 * @param partition of that topic
 * @param reason why it is no valid event
 * @param redrives how often it has been sent back before it came here
 */
record Parked(
    ConsumerRecord<byte[], byte[]> record,
    String topic,
    int partition,
    String reason,
    int redrives) {
  /** Headers of a record that was sent back: how often, and which dead letter it was. */
  static final String COUNT = "aragora-redrive-count";

  static final String FROM = "aragora-redriven-from";

  private static final String PREFIX = "aragora-dlq-";

  /** Written where a part did not fit; such a record is not what it was. */
  private static final Set<String> CUT =
      Set.of(PREFIX + "value-size", PREFIX + "key-size", PREFIX + "headers-size");

  /** Null where the headers do not say where it came from. */
  static @Nullable Parked of(ConsumerRecord<byte[], byte[]> record) {
    String topic = text(record.headers(), PREFIX + "topic");
    String partition = text(record.headers(), PREFIX + "partition");
    String reason = text(record.headers(), PREFIX + "reason");
    if (topic == null || partition == null || reason == null || !partition.matches("\\d{1,9}")) {
      return null;
    }
    return new Parked(
        record, topic, Integer.parseInt(partition), reason, redrives(record.headers()));
  }

  private static int redrives(Headers headers) {
    String count = text(headers, COUNT);
    return count != null && count.matches("\\d{1,6}") ? Integer.parseInt(count) : 0;
  }

  /** Whether parts of it are missing. */
  boolean isCut() {
    for (Header header : record.headers()) {
      if (CUT.contains(header.key())) {
        return true;
      }
    }
    return false;
  }

  /**
   * What is written back: key, value and headers as they were, and the mark of this redrive, which
   * stays with it if it fails again.
   */
  ProducerRecord<byte[], byte[]> original() {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : record.headers()) {
      if (!header.key().startsWith(PREFIX)
          && !header.key().equals(COUNT)
          && !header.key().equals(FROM)) {
        headers.add(header);
      }
    }
    headers.add(COUNT, bytes(String.valueOf(redrives + 1)));
    headers.add(
        FROM, bytes("%s-%d@%d".formatted(record.topic(), record.partition(), record.offset())));
    return new ProducerRecord<>(topic, partition, record.key(), record.value(), headers);
  }

  static @Nullable String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
