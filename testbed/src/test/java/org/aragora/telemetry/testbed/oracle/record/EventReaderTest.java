package org.aragora.telemetry.testbed.oracle.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.testbed.events.LargestEvents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
  private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
  private static final String LOG =
      """
      {"specversion":"1.0","id":"x","source":"/s","type":"ai.aragora.log.emitted.v1","epoch":"e","seq":%s,
       "data":{"level":"INFO","logger":"l","message":"%s","fields":{}}}""";

  private static String reason(InputRecord record) {
    try {
      EventReader.read("logs", record);
      return "";
    } catch (InvalidEventException e) {
      return e.reason();
    }
  }

  private static String reason(String value) {
    return reason(InputRecord.of(0, NOON, value.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @EnumSource
  void largestEventIsValidAndOneCharacterMoreIsNot(EventType type) throws Exception {
    LargestEvents largest = new LargestEvents(type.ordinal());
    JsonNode event =
        EventReader.read(type.topic().suffix(), InputRecord.of(0, NOON, largest.value(type)));
    assertThat(event.path("source").asText().codePoints()).hasSize(1024);

    byte[] broken = largest.value(type, all -> all.put("source", "s".repeat(1025)));

    assertThat(reasonOf(type, broken)).isEqualTo("invalid_field");
    assertThat(reasonOf(type, largest.value(type, wide(1001)))).isEqualTo("invalid_field");
    assertThat(reasonOf(type, largest.value(type, wide(1000)))).isEmpty();
  }

  private static Consumer<ObjectNode> wide(int members) {
    return event -> {
      ObjectNode unknown = event.putObject("unknown");
      for (int i = 0; i < members; i++) {
        unknown.put("m" + i, i);
      }
    };
  }

  private static String reasonOf(EventType type, byte[] value) {
    try {
      EventReader.read(type.topic().suffix(), InputRecord.of(0, NOON, value));
      return "";
    } catch (InvalidEventException e) {
      return e.reason();
    }
  }

  @Test
  void longKeyIsInvalid() {
    byte[] value = LOG.formatted("1", "m").getBytes(UTF_8);

    assertThat(reason(new InputRecord(0, NOON, 65_536, new RecordHeaders(), value))).isEmpty();
    assertThat(reason(new InputRecord(0, NOON, 65_537, new RecordHeaders(), value)))
        .isEqualTo("invalid_field");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "5.0", "1e3", "null"})
  void numberOfARunIsAnInteger(String seq) {
    assertThat(reason(LOG.formatted(seq, "m"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "1000000000001", "\"1\"", "true"})
  void everythingElseIsNot(String seq) {
    assertThat(reason(LOG.formatted(seq, "m"))).isEqualTo("invalid_field");
  }

  @ParameterizedTest
  @CsvSource({"7, ''", "7.0, ''", "007, invalid_field", "7.5, invalid_field", "'', invalid_field"})
  void numberOfARunInAHeaderIsWrittenAsInJson(String seq, String reason) {
    byte[] data = "{\"level\":\"INFO\",\"logger\":\"l\",\"message\":\"m\"}".getBytes(UTF_8);
    RecordHeaders headers = new RecordHeaders();
    Map.of("specversion", "1.0", "id", "x", "source", "/s", "epoch", "e", "seq", seq)
        .forEach((name, value) -> headers.add("ce_" + name, value.getBytes(UTF_8)));
    headers.add("ce_type", "ai.aragora.log.emitted.v1".getBytes(UTF_8));

    assertThat(reason(new InputRecord(0, NOON, 0, headers, data))).isEqualTo(reason);
  }

  @Test
  void attributesMayBeHeaders() throws Exception {
    byte[] data = "{\"level\":\"INFO\",\"logger\":\"l\",\"message\":\"m\"}".getBytes(UTF_8);
    RecordHeaders headers = new RecordHeaders();
    String[] attributes = {
      "specversion=1.0", "id=x", "source=/s", "type=ai.aragora.log.emitted.v1", "epoch=e", "seq=7"
    };
    for (String attribute : attributes) {
      String[] nameAndValue = attribute.split("=");
      headers.add("ce_" + nameAndValue[0], nameAndValue[1].getBytes(UTF_8));
    }

    JsonNode event = EventReader.read("logs", new InputRecord(0, NOON, 0, headers, data));

    assertThat(event.path("seq").asLong()).isEqualTo(7);
    assertThat(event.at("/data/logger").asText()).isEqualTo("l");
    headers.add("ce_id", "again".getBytes(UTF_8));
    assertThat(reason(new InputRecord(0, NOON, 0, headers, data))).isEqualTo("undecodable");
    headers.add("content-type", "application/cloudevents+json".getBytes(UTF_8));
    assertThat(reason(new InputRecord(0, NOON, 0, headers, data))).isEqualTo("unknown_type");
  }

  @Test
  void halfASurrogatePairIsTheReplacementCharacter() throws Exception {
    String value = LOG.formatted("1", "a\\ud800\\ud83d\\ude00\\udc00");

    JsonNode event = EventReader.read("logs", InputRecord.of(0, NOON, value.getBytes(UTF_8)));

    assertThat(event.at("/data/message").asText()).isEqualTo("a\ufffd\ud83d\ude00\ufffd");
  }

  @Test
  void reservedSourceProposesEndsOnly() {
    assertThat(reason(LOG.formatted("1", "m").replace("/s", "/aragora/telemetry")))
        .isEqualTo("invalid_field");
  }
}
