package org.aragora.telemetry.processor.recent;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * One record as the page shows it.
 *
 * @param timeMs of the event, or of the record if it has none
 * @param topic that it was written to first
 * @param place partition and offset in that topic
 * @param kind type of the event, or reason of the dead letter
 * @param source instance that wrote it, empty for a dead letter
 * @param text its safe fields, or the rule that it breaks
 * @param traceId 32 hex digits, empty if it carries no trace context
 */
record RecentRecord(
    long timeMs,
    String topic,
    String place,
    String kind,
    String source,
    String text,
    String traceId) {
  private static final EventCodec CODEC = JsonEventCodec.create();
  private static final Redactor LABELS = Redactor.ofLabels();
  private static final int MAX_CHARS = 200;

  /** A record of an input topic. */
  static RecentRecord event(InputTopic topic, ConsumerRecord<byte[], byte[]> record) {
    Decoded decoded =
        CODEC.decode(topic, record.key(), record.headers(), record.value(), record.timestamp());
    String place = record.partition() + "@" + record.offset();
    if (decoded instanceof Decoded.Valid valid) {
      Event event = valid.event();
      Instant time = Objects.requireNonNullElse(event.time(), Instant.EPOCH);
      return new RecentRecord(
          event.time() == null ? record.timestamp() : time.toEpochMilli(),
          record.topic(),
          place,
          EventType.of(event.data()).typeName().replaceFirst("^ai\\.aragora\\.", ""),
          cut(LABELS.text(event.source())),
          SafeFields.of(event.data()),
          traceId(event.traceparent()));
    }
    Decoded.Invalid invalid = (Decoded.Invalid) decoded;
    return new RecentRecord(
        record.timestamp(),
        record.topic(),
        place,
        invalid.reason().label(),
        "",
        rule(invalid.message()),
        "");
  }

  /** A record of the topic of dead letters. */
  static RecentRecord deadLetter(ConsumerRecord<byte[], byte[]> record) {
    return new RecentRecord(
        record.timestamp(),
        header(record, DeadLetterHeaders.TOPIC),
        header(record, DeadLetterHeaders.PARTITION)
            + "@"
            + header(record, DeadLetterHeaders.OFFSET),
        header(record, DeadLetterHeaders.REASON),
        "",
        rule(header(record, DeadLetterHeaders.MESSAGE)),
        "");
  }

  /** The second part of a traceparent, which decoding has checked. */
  private static String traceId(@Nullable String traceparent) {
    return traceparent == null ? "" : traceparent.split("-", -1)[1];
  }

  private static String rule(String message) {
    return cut(Decoded.Invalid.ruleOf(message));
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : cut(LABELS.text(new String(header.value(), StandardCharsets.UTF_8)));
  }

  private static String cut(String text) {
    return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS - 1) + "…";
  }

  void write(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("timeMs", timeMs);
    out.writeStringField("topic", topic);
    out.writeStringField("place", place);
    out.writeStringField("kind", kind);
    out.writeStringField("source", source);
    out.writeStringField("text", text);
    out.writeStringField("traceId", traceId);
    out.writeEndObject();
  }
}
