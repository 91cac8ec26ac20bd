package org.aragora.telemetry.producer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * A line of input as an event. A whole CloudEvent has a {@code specversion} and goes out unchanged.
 * The short form {@code {"type": ..., "data": {...}}} is stamped now; {@code time}, {@code
 * traceparent} and {@code parentspanid} may be given.
 *
 * @param event the event in the line
 * @param whole true for a whole CloudEvent
 */
record EventLine(Event event, boolean whole) {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final Set<String> SHORT =
      Set.of("type", "data", "time", "traceparent", "parentspanid");

  /** A line that is not an event; the message is a sentence. */
  static final class BadLineException extends Exception {
    private static final long serialVersionUID = 1L;

    BadLineException(String sentence) {
      super(sentence, null, false, false);
    }
  }

  /**
   * Reads a line.
   *
   * @throws BadLineException if it is not an event
   */
  static EventLine read(byte[] line, EventCodec codec, String source, long nowMs)
      throws BadLineException {
    try {
      Map<String, byte[]> attributes = attributes(line);
      boolean whole = attributes.containsKey("specversion");
      byte[] value = whole ? line : stamped(attributes, source);
      Decoded decoded = codec.decode(topic(attributes), value, nowMs);
      if (decoded instanceof Decoded.Valid valid) {
        return new EventLine(valid.event(), whole);
      }
      throw new BadLineException(((Decoded.Invalid) decoded).message());
    } catch (JsonProcessingException e) {
      throw new BadLineException("It is not one JSON object: " + e.getOriginalMessage() + ".");
    } catch (IOException e) {
      throw new BadLineException("It cannot be read: " + e.getMessage() + ".");
    }
  }

  private static InputTopic topic(Map<String, byte[]> attributes) {
    byte[] raw = attributes.getOrDefault("type", new byte[0]);
    String quoted = new String(raw, StandardCharsets.UTF_8);
    EventType type =
        quoted.length() < 2 ? null : EventType.byName(quoted.substring(1, quoted.length() - 1));
    return type == null ? InputTopic.DEBATES : type.topic(); // the codec reports the type
  }

  /** The members of an object, each as it stands. */
  private static Map<String, byte[]> attributes(byte[] line) throws IOException, BadLineException {
    Map<String, byte[]> attributes = new HashMap<>();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadLineException("It is not one JSON object.");
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        int start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
        parser.skipChildren();
        parser.finishToken();
        int end = Math.toIntExact(parser.currentLocation().getByteOffset());
        byte[] raw = new byte[end - start];
        System.arraycopy(line, start, raw, 0, raw.length);
        attributes.put(name, raw);
      }
      if (parser.nextToken() != null) {
        throw new BadLineException("It goes on after its JSON object.");
      }
    }
    return attributes;
  }

  private static byte[] stamped(Map<String, byte[]> attributes, String source)
      throws IOException, BadLineException {
    @Nullable String odd =
        attributes.keySet().stream().filter(n -> !SHORT.contains(n)).findFirst().orElse(null);
    if (odd != null) {
      throw new BadLineException(
          "It has \"" + odd + "\", which only a whole CloudEvent (with specversion) may have.");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("specversion", "1.0");
      json.writeStringField("id", "line");
      json.writeStringField("source", source);
      for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
        json.writeFieldName(attribute.getKey());
        json.writeRawValue(new String(attribute.getValue(), StandardCharsets.UTF_8));
      }
      json.writeEndObject();
    }
    return out.toByteArray();
  }
}
