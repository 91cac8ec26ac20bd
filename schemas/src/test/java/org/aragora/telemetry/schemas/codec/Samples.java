package org.aragora.telemetry.schemas.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.aragora.telemetry.schemas.envelope.EventType;

/** The sample of each event type, and what tests do with it. */
final class Samples {
  static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  /** When the samples are appended: a second after their time. */
  static final long APPENDED_MS = Instant.parse("2026-11-24T12:00:01.123Z").toEpochMilli();

  private static final EventCodec CODEC = JsonEventCodec.create();

  private Samples() {}

  static String text(EventType type) {
    return resource(type.typeName() + ".sample.json").strip();
  }

  static String resource(String name) {
    try (InputStream in =
        Samples.class.getResourceAsStream("/org/aragora/telemetry/schemas/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode tree(EventType type) {
    return (ObjectNode) json(text(type));
  }

  static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sample with one member of its envelope replaced by JSON text. */
  static String withAttribute(EventType type, String name, String json) {
    return tree(type).set(name, json(json)).toString();
  }

  /** The sample with one member of its data replaced by JSON text. */
  static String withField(EventType type, String name, String json) {
    ObjectNode sample = tree(type);
    ((ObjectNode) sample.get("data")).set(name, json(json));
    return sample.toString();
  }

  static Decoded decode(EventType type, String value) {
    return decode(type, value.getBytes(StandardCharsets.UTF_8));
  }

  static Decoded decode(EventType type, byte[] value) {
    return CODEC.decode(type.topic(), value, APPENDED_MS);
  }

  /** Verdict on a value: {@code valid} or the label of the reason. */
  static String verdict(Decoded decoded) {
    return decoded instanceof Decoded.Invalid invalid ? invalid.reason().label() : "valid";
  }
}
