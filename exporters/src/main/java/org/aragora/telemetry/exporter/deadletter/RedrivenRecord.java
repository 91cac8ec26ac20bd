package org.aragora.telemetry.exporter.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter in {@code export-redrive}.
 *
 * @param exporter name of the exporter that wrote it
 * @param origin the original record
 * @param start data of its debate at the first conversion
 */
record RedrivenRecord(
    String exporter, ConsumerRecord<byte[], byte[]> origin, @Nullable DebateStart start) {

  /** Reads the headers of a dead letter; null if one is missing or malformed. */
  static @Nullable RedrivenRecord of(ConsumerRecord<byte[], byte[]> record) {
    String exporter = text(record, DeadLetterHeaders.EXPORTER);
    String topic = text(record, DeadLetterHeaders.TOPIC);
    String partition = text(record, DeadLetterHeaders.PARTITION);
    String offset = text(record, DeadLetterHeaders.OFFSET);
    String timestamp = text(record, DeadLetterHeaders.TIMESTAMP);
    if (exporter == null
        || topic == null
        || partition == null
        || offset == null
        || timestamp == null) {
      return null;
    }
    try {
      ConsumerRecord<byte[], byte[]> origin =
          new ConsumerRecord<>(
              topic,
              Integer.parseInt(partition),
              Long.parseLong(offset),
              Long.parseLong(timestamp),
              TimestampType.LOG_APPEND_TIME,
              record.serializedKeySize(),
              record.serializedValueSize(),
              record.key(),
              record.value(),
              record.headers(),
              Optional.empty());
      Header start = record.headers().lastHeader(DeadLetterHeaders.DEBATE);
      return new RedrivenRecord(
          exporter, origin, start == null ? null : DebateStartText.read(start.value()));
    } catch (IllegalArgumentException | IOException e) {
      return null;
    }
  }

  private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }
}
