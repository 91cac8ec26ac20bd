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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
