package org.aragora.telemetry.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CloudEvents' Kafka binding, section 3.2: attributes in headers, data in the value. */
class BinaryModeTest {
  private static final EventType REQUEST = EventType.REQUEST_COMPLETED;
  private final EventCodec codec = JsonEventCodec.create();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The headers of a sample, with one more at the end. */
  private static List<Header> headers(EventType type, String... more) {
    List<Header> headers = new ArrayList<>();
    for (Map.Entry<String, JsonNode> attribute : Samples.tree(type).properties()) {
      if (!attribute.getKey().equals("data")
          && !List.of(more).contains("ce_" + attribute.getKey())) {
        headers.add(
            new RecordHeader("ce_" + attribute.getKey(), bytes(attribute.getValue().asText())));
      }
    }
    for (int i = 0; i < more.length; i += 2) {
      headers.add(new RecordHeader(more[i], bytes(more[i + 1])));
    }
    return headers;
  }

  private Decoded decode(EventType type, List<Header> headers) {
    return decode(type, headers, Samples.tree(type).get("data").toString());
  }

  private Decoded decode(EventType type, List<Header> headers, String value) {
    return codec.decode(type.topic(), null, headers, bytes(value), Samples.APPENDED_MS);
  }

  private String verdict(String... header) {
    return Samples.verdict(decode(REQUEST, headers(REQUEST, header)));
  }

  @ParameterizedTest
  @EnumSource
  void anEventInBinaryModeIsTheEventInStructuredMode(EventType type) {
    Decoded structured = Samples.decode(type, Samples.text(type));

    assertThat(structured).isInstanceOf(Decoded.Valid.class);
    assertThat(decode(type, headers(type, "content-type", "application/json")))
        .isEqualTo(structured);
    assertThat(decode(type, headers(type))).isEqualTo(structured);
    assertThat(decode(type, headers(type), "\uFEFF" + Samples.tree(type).get("data")))
        .isEqualTo(structured);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/cloudevents+json", " Application/CloudEvents+JSON; charset=UTF-8"})
  void aStructuredContentTypeWins(String contentType) {
    List<Header> headers = headers(REQUEST, "content-type", contentType, "ce_id", "other");

    assertThat(decode(REQUEST, headers, Samples.text(REQUEST)))
        .isEqualTo(Samples.decode(REQUEST, Samples.text(REQUEST)));
  }

  @Test
  void otherHeadersMakeNoBinaryMode() {
    List<Header> headers =
        List.of(new RecordHeader("ce_id", bytes("x")), new RecordHeader("a", null));

    assertThat(decode(REQUEST, headers, Samples.text(REQUEST)))
        .isEqualTo(Samples.decode(REQUEST, Samples.text(REQUEST)));
  }

  @Test
  void attributesHaveTheRulesOfStructuredMode() {
    assertThat(verdict("ce_id", "😀".repeat(1_024))).isEqualTo("valid");
    assertThat(verdict("ce_id", "😀".repeat(1_025))).isEqualTo("invalid_field");
    assertThat(verdict("ce_id", "")).isEqualTo("invalid_field");
    assertThat(verdict("ce_source", "/aragora/telemetry")).isEqualTo("invalid_field");
    assertThat(verdict("ce_specversion", "0.3")).isEqualTo("invalid_field");
    assertThat(verdict("ce_type", "x")).isEqualTo("unknown_type");
    assertThat(verdict("ce_time", "yesterday")).isEqualTo("invalid_field");
    assertThat(verdict("ce_seq", "1000000000000")).isEqualTo("valid");
    assertThat(verdict("ce_seq", "5.0")).isEqualTo("valid");
    for (String seq : List.of("1000000000001", "0", "-1", "1.5", "01", "x", "", "9".repeat(50))) {
      assertThat(verdict("ce_seq", seq)).as(seq).isEqualTo("invalid_field");
    }
    assertThat(verdict("ce_traceparent", "x", "ce_data", "x", "ce_data_base64", "x", "ce_y", "z"))
        .isEqualTo("valid");
  }

  @Test
  void anAttributeTwiceOrNotInUtf8IsUndecodable() {
    List<Header> twice = headers(REQUEST);
    twice.add(new RecordHeader("ce_id", bytes("x")));
    List<Header> surrogate = headers(REQUEST, "ce_id", "");
    surrogate.add(new RecordHeader("ce_x", new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}));

    assertThat(Samples.verdict(decode(REQUEST, twice))).isEqualTo("undecodable");
    assertThat(Samples.verdict(decode(REQUEST, surrogate))).isEqualTo("undecodable");
  }

  @Test
  void aHeaderWithoutAValueIsAnAbsentAttribute() {
    List<Header> headers = headers(REQUEST, "ce_time", "");
    headers.remove(headers.size() - 1);
    headers.add(new RecordHeader("ce_time", null));

    Event event = ((Decoded.Valid) decode(REQUEST, headers)).event();
    assertThat(event.time()).isNull();
  }

  @Test
  void headersAndDataHaveTheBoundOfMembers() {
    List<Header> headers = headers(REQUEST);
    for (int i = headers.size(); i < 999; i++) {
      headers.add(new RecordHeader("ce_m" + i, bytes("x")));
    }
    assertThat(Samples.verdict(decode(REQUEST, headers))).isEqualTo("valid");
    headers.add(new RecordHeader("ce_one", bytes("x")));
    assertThat(Samples.verdict(decode(REQUEST, headers))).isEqualTo("invalid_field");

    String wide = "{\"x\":{\"y\":[" + "0,".repeat(10_000) + "0]}}";
    Decoded decoded = decode(REQUEST, headers(REQUEST), wide);
    assertThat(((Decoded.Invalid) decoded).message())
        .isEqualTo("Field data.x.y must have at most 10000 elements but has more.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"{}\"", "[{}]", "", "text"})
  void aValueThatIsNotAnObjectIsUndecodable(String value) {
    assertThat(Samples.verdict(decode(REQUEST, headers(REQUEST), value))).isEqualTo("undecodable");
  }
}
