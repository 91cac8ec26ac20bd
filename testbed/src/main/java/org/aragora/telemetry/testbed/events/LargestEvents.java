package org.aragora.telemetry.testbed.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.field.Bounds;

/**
 * The largest valid record of each event type, built from the bounds of its JSON Schema. Every name
 * has its greatest length in random code points of four bytes, which no compression makes smaller;
 * every number is at its maximum; what has no bound of its own fills the value to its limit.
 *
 * <pre>{@code
 * LargestEvents largest = new LargestEvents(seed);
 * send(topic, largest.key(), largest.value(EventType.DEBATE_STARTED));
 * }</pre>
 *
 * <p>The events have no {@code time}, so the append time counts. Each call gives other names.
 */
public final class LargestEvents {
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String FOLDER = "/org/aragora/telemetry/schemas/";
  private static final JsonNode ENVELOPE = schema("envelope");

  /** First code point of four bytes, and how many follow it from which names are drawn. */
  private static final int FIRST_CODE_POINT = 0x10000;

  private static final int CODE_POINTS = 0x80000;
  private static final int BYTES_OF_CODE_POINT = 4;

  /** A later version's, which may be longer than 55 characters. */
  private static final String TRACEPARENT =
      "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-" + "x".repeat(Bounds.NAME - 56);

  private final Random random;

  /** Events that a seed determines. */
  public LargestEvents(long seed) {
    random = new Random(seed);
  }

  private static JsonNode schema(String name) {
    String file = FOLDER + name + ".schema.json";
    try (InputStream in = EventType.class.getResourceAsStream(file)) {
      return JSON.readTree(Objects.requireNonNull(in, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The largest key of a record: random bytes, which are not UTF-8. */
  public byte[] key() {
    byte[] key = new byte[Bounds.KEY_BYTES];
    random.nextBytes(key);
    return key;
  }

  /** The largest value of a type: {@link EventCodec#MAX_VALUE_BYTES} bytes. */
  public byte[] value(EventType type) {
    return value(type, event -> {});
  }

  /**
   * The largest value of a type with some of it changed.
   *
   * @param change sets or removes attributes and fields before the rest is filled
   */
  public byte[] value(EventType type, Consumer<ObjectNode> change) {
    JsonNode schema = schema(type.typeName());
    ObjectNode event = NODES.objectNode();
    List<String> open = new ArrayList<>();
    ENVELOPE
        .get("properties")
        .properties()
        .forEach(attribute -> put(event, attribute.getKey(), attribute.getValue(), open));
    event.put("specversion", "1.0").put("type", type.typeName()).remove("time");
    event.put("id", name(Bounds.NAME)); // only the processor's own ids may be longer
    event.put("traceparent", TRACEPARENT).put("parentspanid", "53995c3f42cd8ad8");
    open.clear();
    ObjectNode data = event.putObject("data");
    schema
        .at("/properties/data/properties")
        .properties()
        .forEach(field -> put(data, field.getKey(), field.getValue(), open));
    change.accept(event);
    // An unknown field is valid and ignored; it takes what the other fields leave.
    open.removeIf(field -> data.path(field).isMissingNode());
    open.add("ignored");
    for (int i = 0; i < open.size(); i++) {
      int room = EventCodec.MAX_VALUE_BYTES - bytes(event).length;
      fill(data, open.get(i), room / (open.size() - i), i == open.size() - 1);
    }
    return bytes(event);
  }

  private static byte[] bytes(ObjectNode event) {
    return event.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void put(ObjectNode object, String field, JsonNode of, List<String> open) {
    JsonNode kind = resolved(of);
    String type =
        kind.path("type").isArray() ? kind.at("/type/0").asText() : kind.path("type").asText();
    switch (type) {
      case "integer" -> object.put(field, kind.get("maximum").asLong());
      case "number" -> object.set(field, kind.get("maximum"));
      case "array" -> {
        object.putArray(field);
        open.add(field);
      }
      case "object" -> {
        object.putObject(field);
        open.add(field);
      }
      case "string" -> {
        object.put(field, kind.has("maxLength") ? name(kind.get("maxLength").asInt()) : "");
        if (!kind.has("maxLength")) {
          open.add(field);
        }
      }
      default -> object.put(field, longest(kind.path("enum")));
    }
  }

  private static JsonNode resolved(JsonNode schema) {
    String reference = schema.path("$ref").asText();
    return reference.isEmpty()
        ? schema
        : ENVELOPE.at("/$defs/" + reference.substring(reference.lastIndexOf('/') + 1));
  }

  private static String longest(JsonNode values) {
    String longest = "";
    for (JsonNode value : values) {
      longest = value.asText().length() > longest.length() ? value.asText() : longest;
    }
    return longest;
  }

  private void fill(ObjectNode data, String field, int room, boolean exactly) {
    JsonNode value = data.path(field);
    int entry = Bounds.NAME * BYTES_OF_CODE_POINT + 32;
    if (value instanceof ArrayNode array) {
      for (int i = 0; i < Math.min(room / entry, Bounds.ELEMENTS); i++) {
        array.add(name(Bounds.NAME));
      }
    } else if (value instanceof ObjectNode object) {
      for (int i = 0; i < Math.min(room / entry, Bounds.MEMBERS); i++) {
        object.put(name(Bounds.NAME), Long.MAX_VALUE);
      }
    } else if (exactly) {
      int rest = room - ",\"\":\"\"".length() - field.length();
      data.put(field, text(rest));
    } else {
      data.put(field, text(room));
    }
  }

  /** A text of so many bytes. */
  private String text(int bytes) {
    return name(bytes / BYTES_OF_CODE_POINT) + "x".repeat(bytes % BYTES_OF_CODE_POINT);
  }

  /** Random code points of four bytes each. */
  private String name(int codePoints) {
    StringBuilder name = new StringBuilder(2 * codePoints);
    for (int i = 0; i < codePoints; i++) {
      name.appendCodePoint(FIRST_CODE_POINT + random.nextInt(CODE_POINTS));
    }
    return name.toString();
  }
}
