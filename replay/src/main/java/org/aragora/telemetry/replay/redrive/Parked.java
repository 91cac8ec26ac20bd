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

  private static final String PREFIX = DeadLetterHeaders.PREFIX;

  /** Written where a part did not fit; such a record is not what it was. */
  private static final Set<String> CUT =
      Set.of(PREFIX + "value-size", PREFIX + "key-size", PREFIX + "headers-size");

  /** Null where the headers do not say where it came from. */
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

  /** Whether parts of it are missing. */
  boolean isCut() {
    for (Header header : record.headers()) {
      if (CUT.contains(header.key())) {
        return true;
      }
    }
    return false;
  }

  /** Which exporter could not send it; null where it is the processor's. */
  @Nullable String exporter() {
    return text(record.headers(), DeadLetterHeaders.EXPORTER);
  }

  /** Where it lies. */
  String place() {
    return "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
  }

  /**
   * Equal for what an exporter has parked twice, because it died before it could commit; what
   * failed again after it was sent back is another.
   */
  List<@Nullable Object> exportIdentity() {
    return Arrays.asList(
        exporter(), topic, partition, text(record.headers(), DeadLetterHeaders.OFFSET), redrives);
  }

  /**
   * What is written back: key, value and headers as they were, and the mark of this redrive, which
   * stays with it if it fails again.
   */
  ProducerRecord<byte[], byte[]> original() {
    return new ProducerRecord<>(
        topic, partition, record.key(), record.value(), headers(name -> !name.startsWith(PREFIX)));
  }

  /**
   * What is written for the exporter: as {@link #original}, with the headers that say which record
   * it was, so that the exporter makes of it what it made of that.
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
