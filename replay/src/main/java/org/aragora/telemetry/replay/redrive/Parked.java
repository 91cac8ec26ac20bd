package org.aragora.telemetry.replay.redrive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.jspecify.annotations.Nullable;

/**
 * One dead letter and its origin.
 *
 * @param record as it lies in the dead-letter topic
 * @param topic topic that it was read from first
 * @param partition of that topic
 * @param reason why it is not a valid event
 * @param redrives number of redrives before this dead letter
 */
record Parked(
    ConsumerRecord<byte[], byte[]> record,
    String topic,
    int partition,
    String reason,
    int redrives) {
  /** Headers of a record that was sent back: the number of redrives, and its dead letter. */
  static final String COUNT = "aragora-redrive-count";

  static final String FROM = "aragora-redriven-from";

  private static final String PREFIX = DeadLetterHeaders.PREFIX;

  /** Present if a part did not fit; such a record is not whole. */
  private static final Set<String> CUT =
      Set.of(PREFIX + "value-size", PREFIX + "key-size", PREFIX + "headers-size");

  /** Returns null if the headers lack the origin. */
  static @Nullable Parked of(ConsumerRecord<byte[], byte[]> record) {
    String topic = text(record.headers(), DeadLetterHeaders.TOPIC);
    String partition = text(record.headers(), DeadLetterHeaders.PARTITION);
    String reason = text(record.headers(), DeadLetterHeaders.REASON);
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

  /** Returns true if parts of it are missing. */
  boolean isCut() {
    for (Header header : record.headers()) {
      if (CUT.contains(header.key())) {
        return true;
      }
    }
    return false;
  }

  /** Returns true if redaction has changed it. */
  boolean isRedacted() {
    return record.headers().lastHeader(DeadLetterHeaders.REDACTED) != null;
  }

  /** The exporter that could not send it; null for a dead letter of the processor. */
  @Nullable String exporter() {
    return text(record.headers(), DeadLetterHeaders.EXPORTER);
  }

  /** Its topic, partition and offset. */
  String place() {
    return "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
  }

  /**
   * Equal for two dead letters of one record that an exporter wrote because it died before it could
   * commit. A record that failed again after a redrive has another.
   */
  List<@Nullable Object> exportIdentity() {
    return Arrays.asList(
        exporter(), topic, partition, text(record.headers(), DeadLetterHeaders.OFFSET), redrives);
  }

  /**
   * The record for the input topic: key, value and headers as they were, and the headers of this
   * redrive, which stay with it if it fails again.
   */
  ProducerRecord<byte[], byte[]> original() {
    return new ProducerRecord<>(
        topic, partition, record.key(), record.value(), headers(name -> !name.startsWith(PREFIX)));
  }

  /**
   * The record for the exporter: as {@link #original}, with the headers of its origin, so that the
   * exporter converts it as it did the first time.
   */
  ProducerRecord<byte[], byte[]> forExporter(String redriveTopic) {
    return new ProducerRecord<>(
        redriveTopic,
        null,
        record.key(),
        record.value(),
        headers(
            name ->
                !name.equals(DeadLetterHeaders.REASON) && !name.equals(DeadLetterHeaders.MESSAGE)));
  }

  private RecordHeaders headers(Predicate<String> kept) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : record.headers()) {
      if (kept.test(header.key()) && !header.key().equals(COUNT) && !header.key().equals(FROM)) {
        headers.add(header);
      }
    }
    headers.add(COUNT, bytes(String.valueOf(redrives + 1)));
    headers.add(FROM, bytes(place()));
    return headers;
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
