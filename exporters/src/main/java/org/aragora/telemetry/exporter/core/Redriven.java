package org.aragora.telemetry.exporter.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter that was sent back, as it lies in {@code export-redrive}.
 *
 * @param exporter that could not send it
 * @param origin the record as it was read first
 * @param start what was known of its debate then, null without
 */
record Redriven(
    String exporter, ConsumerRecord<byte[], byte[]> origin, DebateLog.@Nullable Start start) {

  /** Null where the headers do not say what it was. */
  static @Nullable Redriven of(ConsumerRecord<byte[], byte[]> record) {
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
      return new Redriven(exporter, origin, start == null ? null : StartText.read(start.value()));
    } catch (IllegalArgumentException | IOException unreadable) {
      return null;
    }
  }

  private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }
}
