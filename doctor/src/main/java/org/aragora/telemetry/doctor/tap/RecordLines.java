package org.aragora.telemetry.doctor.tap;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Records as redacted lines of JSON. A line has no control character, so it is harmless in a
 * terminal.
 */
final class RecordLines {
  private final EventCodec codec = JsonEventCodec.create();
  private final ObjectMapper json =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private final Selection selection;
  private final Redactor redactor;

  RecordLines(Selection selection, Redactor redactor) {
    this.selection = selection;
    this.redactor = redactor;
  }

  /** Returns the line of a record; null if it is not selected. */
  @Nullable String line(InputTopic topic, ConsumerRecord<byte[], byte[]> record) {
    Decoded decoded =
        codec.decode(topic, record.key(), record.headers(), record.value(), record.timestamp());
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("topic", record.topic());
    line.put("partition", record.partition());
    line.put("offset", record.offset());
    line.put("timestamp", Instant.ofEpochMilli(record.timestamp()).toString());
    try {
      if (decoded instanceof Decoded.Invalid invalid) {
        line.put("undecodable", undecodable(invalid, record));
        return selection.isOfAll() ? harmless(json.writeValueAsString(line)) : null;
      }
      Event event = ((Decoded.Valid) decoded).event();
      Map<?, ?> fields = json.readValue(codec.encode(event), Map.class);
      line.put("event", redactor.field("", fields));
      return selection.contains(event.type(), fields)
          ? harmless(json.writeValueAsString(line))
          : null;
    } catch (IOException e) {
      throw new UncheckedIOException("the codec wrote something else than JSON", e);
    }
  }

  /** The message of the codec may quote the value at fault, which may be a secret. */
  private static Map<String, Object> undecodable(
      Decoded.Invalid invalid, ConsumerRecord<byte[], byte[]> record) {
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("reason", invalid.reason().label());
    what.put("rule", Decoded.Invalid.ruleOf(invalid.message()));
    what.put("bytes", Math.max(0, record.serializedValueSize()));
    return what;
  }

  /** Escapes the control and format characters that JSON allows. */
  static String harmless(String line) {
    StringBuilder harmless = new StringBuilder(line.length());
    line.codePoints()
        .forEach(
            c -> {
              if (isHarmless(c)) {
                harmless.appendCodePoint(c);
              } else {
                for (char half : Character.toChars(c)) {
                  harmless.append("\\u%04x".formatted((int) half));
                }
              }
            });
    return harmless.toString();
  }

  private static boolean isHarmless(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
