package org.aragora.telemetry.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares records, schemas, samples and codec, for every event type. */
class EventSchemasTest {
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  /** Values that separate one kind of field from another; {@code \0} stands for leaving it out. */
  private static final List<String> PROBES =
      List.of(
          "\0",
          "null",
          "true",
          "false",
          "\"\"",
          "\"x\"",
          "\"5\"",
          "\"success\"",
          "\"DEBUG\"",
          "\"error\"",
          "[]",
          "[\"a\"]",
          "[1]",
          "[null]",
          "{}",
          "{\"a\":1}",
          "{\"a\":-1}",
          "{\"a\":1.5}",
          "{\"a\":null}",
          "{\"a\":\"1\"}",
          "-1",
          "0",
          "1",
          "5.0",
          "5e0",
          "1.5",
          "99",
          "100",
          "599",
          "599.0",
          "600",
          "1000000000",
          "1000000000.5",
          "1e9",
          "-0.5",
          "1e18",
          "9223372036854775807",
          "9223372036854775808",
          "12345678901234567890");

  private static Schema schema(EventType type) {
    return REGISTRY.getSchema(
        SchemaLocation.of(
            "classpath:org/aragora/telemetry/schemas/" + type.typeName() + ".schema.json"));
  }

  @ParameterizedTest
  @EnumSource
  void aSampleMatchesItsSchema(EventType type) {
    assertThat(schema(type).validate(Samples.tree(type))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aSampleIsReadAsItsRecordAndWrittenByteForByte(EventType type) {
    Decoded decoded = Samples.decode(type, Samples.text(type));

    assertThat(decoded).isInstanceOf(Decoded.Valid.class);
    Event event = ((Decoded.Valid) decoded).event();
    assertThat(event.data()).isInstanceOf(type.dataClass());
    assertThat(new String(JsonEventCodec.create().encode(event), StandardCharsets.UTF_8))
        .isEqualTo(Samples.text(type));
  }

  @ParameterizedTest
  @EnumSource
  void aSchemaNamesTheComponentsOfTheRecord(EventType type) {
    RecordComponent[] components = type.dataClass().getRecordComponents();
    JsonNode data =
        Samples.json(Samples.resource(type.typeName() + ".schema.json")).at("/properties/data");
    List<String> required =
        Samples.MAPPER.convertValue(data.get("required"), new TypeReference<>() {});

    assertThat(data.get("properties").fieldNames())
        .toIterable()
        .containsExactlyElementsOf(Arrays.stream(components).map(EventSchemasTest::field).toList());
    assertThat(required)
        .containsExactlyElementsOf(
            Arrays.stream(components)
                .filter(c -> !optional(c))
                .map(EventSchemasTest::field)
                .toList());
    assertThat(Samples.tree(type).get("data").fieldNames())
        .as("a sample has every field")
        .toIterable()
        .containsExactlyElementsOf(Arrays.stream(components).map(EventSchemasTest::field).toList());
  }

  private static String field(RecordComponent component) {
    return component
        .getName()
        .replaceAll("([A-Z])", "_$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("_nanos$", "_seconds");
  }

  private static boolean optional(RecordComponent component) {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  @ParameterizedTest
  @EnumSource
  void schemaAndCodecAgreeOnEveryField(EventType type) {
    ObjectNode data = (ObjectNode) Samples.tree(type).get("data");
    SoftAssertions softly = new SoftAssertions();
    data.fieldNames()
        .forEachRemaining(
            field ->
                PROBES.forEach(
                    probe -> agree(softly, type, field + " " + probe, inData(type, field, probe))));
    softly.assertAll();
  }

  @ParameterizedTest
  @EnumSource
  void schemaAndCodecAgreeOnTheEnvelope(EventType type) {
    SoftAssertions softly = new SoftAssertions();
    for (String attribute :
        List.of("specversion", "id", "source", "traceparent", "parentspanid", "epoch", "seq")) {
      PROBES.forEach(
          probe -> {
            ObjectNode sample = Samples.tree(type);
            put(sample, attribute, probe);
            agree(softly, type, attribute + " " + probe, sample);
          });
    }
    softly.assertAll();
  }

  /** Both sides of every bound that the schemas name, for each attribute and each field. */
  @ParameterizedTest
  @EnumSource
  void schemaAndCodecAgreeOnBothSidesOfEveryBound(EventType type) {
    JsonNode envelope = Samples.json(Samples.resource("envelope.schema.json"));
    JsonNode fields =
        Samples.json(Samples.resource(type.typeName() + ".schema.json"))
            .at("/properties/data/properties");
    SoftAssertions softly = new SoftAssertions();
    int bounds = 0;
    for (Map.Entry<String, JsonNode> attribute : envelope.get("properties").properties()) {
      String name = attribute.getKey();
      if (name.equals("data")) {
        continue; // its own bounds are those of an unknown field of its kind
      }
      // The id of a proposed end may be longer than that of an event of an instance.
      JsonNode kind = name.equals("id") ? envelope.at("/$defs/name") : attribute.getValue();
      bounds += bothSides(softly, type, "", name, resolved(envelope, kind), envelope);
    }
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      bounds +=
          bothSides(
              softly, type, "data", field.getKey(), resolved(envelope, field.getValue()), envelope);
    }
    bounds += bothSides(softly, type, "", "unknown", envelope.at("/$defs/json"), envelope);
    bounds += bothSides(softly, type, "data", "unknown", envelope.at("/$defs/json"), envelope);
    softly.assertAll();
    assertThat(bounds).as("bounds of %s", type).isGreaterThanOrEqualTo(9);
  }

  private static JsonNode resolved(JsonNode envelope, JsonNode schema) {
    String reference = schema.path("$ref").asText();
    return reference.isEmpty()
        ? schema
        : envelope.at("/$defs/" + reference.substring(reference.lastIndexOf('/') + 1));
  }

  private static int bothSides(
      SoftAssertions softly,
      EventType type,
      String parent,
      String field,
      JsonNode kind,
      JsonNode envelope) {
    int bounds = 0;
    JsonNode length = kind.path("maxLength");
    if (length.isInt()) {
      bounds += sides(softly, type, parent, field, length.asInt(), EventSchemasTest::longText);
    }
    JsonNode elements = kind.path("maxItems");
    if (elements.isInt()) {
      String element =
          kind.has("items") && kind.get("items").toString().contains("json") ? "1" : "\"a\"";
      bounds +=
          sides(
              softly,
              type,
              parent,
              field,
              elements.asInt(),
              n -> "[" + String.join(",", Collections.nCopies(n, element)) + "]");
    }
    JsonNode items = resolved(envelope, kind.path("items")).path("maxLength");
    if (items.isInt()) {
      bounds +=
          sides(softly, type, parent, field, items.asInt(), n -> "[\"a\"," + longText(n) + "]");
    }
    JsonNode members = kind.path("maxProperties");
    if (members.isInt()) {
      bounds += sides(softly, type, parent, field, members.asInt(), EventSchemasTest::objectOf);
    }
    JsonNode names = kind.at("/propertyNames/maxLength");
    if (names.isInt()) {
      bounds += sides(softly, type, parent, field, names.asInt(), n -> "{" + longText(n) + ":1}");
    }
    if (kind.has("maximum") && kind.get("maximum").isIntegralNumber()) {
      BigInteger most = kind.get("maximum").bigIntegerValue();
      BigInteger least = kind.get("minimum").bigIntegerValue();
      side(softly, type, parent, field, most.toString(), true);
      side(softly, type, parent, field, most.add(BigInteger.ONE).toString(), false);
      side(softly, type, parent, field, least.toString(), true);
      side(softly, type, parent, field, least.subtract(BigInteger.ONE).toString(), false);
      if (!kind.path("type").toString().contains("integer")) {
        side(softly, type, parent, field, most + ".0000000000001", false);
        String below = least.signum() == 0 ? "-0" : least.subtract(BigInteger.ONE).toString();
        side(softly, type, parent, field, below + ".9999999999999", false);
      }
      bounds += 2;
    }
    return bounds;
  }

  private static int sides(
      SoftAssertions softly,
      EventType type,
      String parent,
      String field,
      int bound,
      IntFunction<String> value) {
    side(softly, type, parent, field, value.apply(bound), true);
    side(softly, type, parent, field, value.apply(bound + 1), false);
    return 1;
  }

  /** In characters of two UTF-16 units: length counts code points. */
  private static String longText(int codePoints) {
    return '"' + "😀".repeat(codePoints) + '"';
  }

  private static String objectOf(int members) {
    return IntStream.range(0, members)
        .mapToObj(i -> "\"n" + i + "\":1")
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static void side(
      SoftAssertions softly,
      EventType type,
      String parent,
      String field,
      String json,
      boolean valid) {
    ObjectNode sample = Samples.tree(type);
    put(parent.isEmpty() ? sample : (ObjectNode) sample.get(parent), field, json);
    String what =
        field + " " + json.substring(0, Math.min(12, json.length())) + " " + json.length();
    String expected = valid ? "valid" : "invalid_field";
    softly
        .assertThat(Samples.verdict(Samples.decode(type, sample.toString())))
        .as(what)
        .isEqualTo(expected);
    softly
        .assertThat(schema(type).validate(sample).isEmpty())
        .as("schema: " + what)
        .isEqualTo(valid);
  }

  private static ObjectNode inData(EventType type, String field, String probe) {
    ObjectNode sample = Samples.tree(type);
    put((ObjectNode) sample.get("data"), field, probe);
    return sample;
  }

  private static void put(ObjectNode object, String field, String probe) {
    if (probe.equals("\0")) {
      object.remove(field);
    } else {
      object.set(field, Samples.json(probe));
    }
  }

  private static void agree(SoftAssertions softly, EventType type, String what, ObjectNode value) {
    String expected = schema(type).validate(value).isEmpty() ? "valid" : "invalid_field";
    softly
        .assertThat(Samples.verdict(Samples.decode(type, value.toString())))
        .as(what)
        .isEqualTo(expected);
  }
}
