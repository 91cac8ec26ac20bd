package org.aragora.telemetry.testbed.oracle.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** The two forms of an event in a record: one JSON object, or attributes in headers. */
final class ContentMode {
  private static final int DEEPEST = 64;
  private static final int ANY_LENGTH = Integer.MAX_VALUE;
  private static final String UNDECODABLE = "undecodable";
  private static final String ATTRIBUTE = "ce_";

  private static final Pattern ESCAPED_SURROGATE = Pattern.compile("\\\\u[dD][89a-fA-F]");
  private static final Pattern LONE_SURROGATE = Pattern.compile("\\p{Cs}");

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxStringLength(ANY_LENGTH)
                          .maxNumberLength(ANY_LENGTH)
                          .maxNameLength(ANY_LENGTH)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private ContentMode() {}

  /** The whole event as the object that structured mode has. */
  static ObjectNode read(Iterable<Header> headers, byte[] value) throws InvalidEventException {
    ObjectNode body = object(value);
    if (!isBinary(headers)) {
      return body;
    }
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    for (Header header : headers) {
      String name = header.key().substring(Math.min(ATTRIBUTE.length(), header.key().length()));
      if (header.key().startsWith(ATTRIBUTE) && !name.startsWith("data")) {
        if (event.has(name)) {
          throw new InvalidEventException(UNDECODABLE);
        }
        event.set(name, attribute(name, header.value()));
      }
    }
    return event.set("data", body);
  }

  private static boolean isBinary(Iterable<Header> headers) {
    boolean attributes = false;
    for (Header header : headers) {
      if (header.key().equalsIgnoreCase("content-type")
          && header.value() != null
          && new String(header.value(), UTF_8)
              .strip()
              .toLowerCase(Locale.ROOT)
              .startsWith("application/cloudevents")) {
        return false;
      }
      attributes |= header.key().equals("ce_type") || header.key().equals("ce_specversion");
    }
    return attributes;
  }

  private static JsonNode attribute(String name, byte @Nullable [] value)
      throws InvalidEventException {
    if (value == null) {
      return JsonNodeFactory.instance.nullNode();
    }
    String text = text(value);
    return name.equals("seq") && text.matches("(0|[1-9][0-9]{0,17})([.]0{1,9})?")
        ? JsonNodeFactory.instance.numberNode(new BigDecimal(text))
        : JsonNodeFactory.instance.textNode(text);
  }

  private static ObjectNode object(byte[] value) throws InvalidEventException {
    String text = text(value);
    try {
      JsonNode json = JSON.readTree(text.startsWith("\ufeff") ? text.substring(1) : text);
      if (ESCAPED_SURROGATE.matcher(text).find()) {
        json = wellFormed(json);
      }
      if (json instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      // as below
    }
    throw new InvalidEventException(UNDECODABLE);
  }

  /** Half a surrogate pair is U+FFFD. */
  private static JsonNode wellFormed(JsonNode node) throws InvalidEventException {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        if (copy.replace(wellFormed(member.getKey()), wellFormed(member.getValue())) != null) {
          throw new InvalidEventException(UNDECODABLE);
        }
      }
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      for (JsonNode element : array) {
        copy.add(wellFormed(element));
      }
      return copy;
    }
    return node.isTextual()
        ? JsonNodeFactory.instance.textNode(wellFormed(node.textValue()))
        : node;
  }

  private static String wellFormed(String text) {
    return LONE_SURROGATE.matcher(text).replaceAll("\ufffd");
  }

  private static String text(byte[] utf8) throws InvalidEventException {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidEventException(UNDECODABLE);
    }
  }
}
