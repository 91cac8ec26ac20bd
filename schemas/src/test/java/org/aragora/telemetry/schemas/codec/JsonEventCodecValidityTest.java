package org.aragora.telemetry.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One test per rule of a valid event; fields by kind are EventSchemasTest's. */
class JsonEventCodecValidityTest {
  private static final EventType REQUEST = EventType.REQUEST_COMPLETED;
  private final EventCodec codec = JsonEventCodec.create();

  private static Event event(Decoded decoded) {
    assertThat(decoded).isInstanceOf(Decoded.Valid.class);
    return ((Decoded.Valid) decoded).event();
  }

  private static Event with(String attribute, String json) {
    return event(Samples.decode(REQUEST, Samples.withAttribute(REQUEST, attribute, json)));
  }

  private static void assertInvalid(Decoded decoded, DeadLetterReason reason, String... words) {
    assertThat(Samples.verdict(decoded)).isEqualTo(reason.label());
    String message = ((Decoded.Invalid) decoded).message();
    assertThat(message).endsWith(".");
    assertThat(words).allSatisfy(word -> assertThat(message).contains(word));
  }

  private static void assertInvalidAttribute(String attribute, String json) {
    assertInvalid(
        Samples.decode(REQUEST, Samples.withAttribute(REQUEST, attribute, json)),
        DeadLetterReason.INVALID_FIELD,
        "Field " + attribute + " ");
  }

  @Test
  void aRecordWithoutValueIsNullValue() {
    assertInvalid(
        codec.decode(InputTopic.REQUESTS, null, Samples.APPENDED_MS), DeadLetterReason.NULL_VALUE);
  }

  @Test
  void aValueOfExactlyAMebibyteIsValidAndOneByteMoreIsTooLarge() {
    byte[] padded =
        Arrays.copyOf(Samples.text(REQUEST).getBytes(StandardCharsets.UTF_8), 1_048_577);
    Arrays.fill(padded, Samples.text(REQUEST).length(), padded.length, (byte) ' ');

    event(Samples.decode(REQUEST, Arrays.copyOf(padded, 1_048_576)));
    assertInvalid(Samples.decode(REQUEST, padded), DeadLetterReason.TOO_LARGE, "1048577");
  }

  @Test
  void sizeIsJudgedBeforeContent() {
    assertInvalid(Samples.decode(REQUEST, new byte[1_048_577]), DeadLetterReason.TOO_LARGE);
    assertInvalid(Samples.decode(REQUEST, new byte[1_048_576]), DeadLetterReason.UNDECODABLE);
  }

  @Test
  void theWholeDocumentIsParsedBeforeTheTypeIsJudged() {
    String unknown = Samples.withAttribute(REQUEST, "type", "\"ai.aragora.unknown.v1\"");

    assertInvalid(Samples.decode(REQUEST, unknown), DeadLetterReason.UNKNOWN_TYPE, "unknown.v1");
    for (String trailing : List.of("x", "{}", "]", "\0")) {
      assertInvalid(Samples.decode(REQUEST, unknown + trailing), DeadLetterReason.UNDECODABLE);
    }
    assertInvalid(
        Samples.decode(REQUEST, "{\"type\":\"nonsense\",\"data\":{\"a\":NaN}}"),
        DeadLetterReason.UNDECODABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "1", "{}", "\"\"", "\"AI.aragora.request.completed.v1\""})
  void aTypeThatIsNotListedIsUnknown(String type) {
    assertInvalid(
        Samples.decode(REQUEST, Samples.withAttribute(REQUEST, "type", type)),
        DeadLetterReason.UNKNOWN_TYPE,
        "Field type ");
  }

  @Test
  void anObjectWithoutTypeIsUnknownWhateverElseIsWrong() {
    assertInvalid(Samples.decode(REQUEST, "{}"), DeadLetterReason.UNKNOWN_TYPE, "missing");
    assertInvalid(
        Samples.decode(REQUEST, "{\"specversion\":\"0.3\",\"data\":[]}"),
        DeadLetterReason.UNKNOWN_TYPE);
  }

  @Test
  void anEventOnAnotherTopicIsOnTheWrongTopicBeforeItsFieldsAreJudged() {
    ObjectNode invalid = Samples.tree(REQUEST);
    invalid.put("id", "").put("time", "1999-01-01T00:00:00Z");
    byte[] value = invalid.toString().getBytes(StandardCharsets.UTF_8);

    for (InputTopic topic : InputTopic.values()) {
      assertThat(Samples.verdict(codec.decode(topic, value, Samples.APPENDED_MS)))
          .isEqualTo(topic == InputTopic.REQUESTS ? "invalid_field" : "wrong_topic");
    }
  }

  @Test
  void fieldsAreJudgedBeforeTheTimeRange() {
    ObjectNode old = Samples.tree(REQUEST).put("time", "1999-01-01T00:00:00Z");
    assertInvalid(
        Samples.decode(REQUEST, old.toString()), DeadLetterReason.TIMESTAMP_OUT_OF_RANGE, "1999");

    ((ObjectNode) old.get("data")).put("status", 99);
    assertInvalid(
        Samples.decode(REQUEST, old.toString()),
        DeadLetterReason.INVALID_FIELD,
        "data.status",
        "99");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "1.0", "\"1\"", "\"1.0 \"", "\"1.1\"", "\"\""})
  void specversionIsTheString10(String version) {
    assertInvalidAttribute("specversion", version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"\"", "7", "[]"})
  void idAndSourceAreStringsThatAreNotEmpty(String value) {
    assertInvalidAttribute("id", value);
    assertInvalidAttribute("source", value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "\"yesterday\"", "\"2026-11-24T12:00:00\"", "1764072000", "{}"})
  void timeIsRfc3339WithOffset(String time) {
    assertInvalidAttribute("time", time);
  }

  @Test
  void anAbsentOrNullTimeIsTheAppendTime() {
    ObjectNode sample = Samples.tree(REQUEST);
    sample.remove("time");

    assertThat(event(Samples.decode(REQUEST, sample.toString())).time()).isNull();
    assertThat(with("time", "null").time()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[1,2]", "\"text\"", "1"})
  void dataIsAnObject(String data) {
    assertInvalidAttribute("data", data);
  }

  @Test
  void unknownAttributesAndFieldsAreIgnored() {
    Event plain = event(Samples.decode(REQUEST, Samples.text(REQUEST)));

    assertThat(with("futureattribute", "{\"ignored\":[1,{\"a\":1e999}]}")).isEqualTo(plain);
    assertThat(event(Samples.decode(REQUEST, Samples.withField(REQUEST, "future", "[[],{}]"))))
        .isEqualTo(plain);
  }

  @Test
  void membersMayComeInAnyOrder() {
    ObjectNode reversed = Samples.MAPPER.createObjectNode();
    ObjectNode sample = Samples.tree(REQUEST);
    List<String> names = new ArrayList<>();
    sample.fieldNames().forEachRemaining(name -> names.add(0, name));
    names.forEach(name -> reversed.set(name, sample.get(name)));

    assertThat(Samples.decode(REQUEST, reversed.toString()))
        .isEqualTo(Samples.decode(REQUEST, sample.toString()));
  }

  @Test
  void epochOrSeqAloneCountsAsNeither() {
    ObjectNode noSeq = Samples.tree(REQUEST);
    noSeq.remove("seq");

    assertThat(event(Samples.decode(REQUEST, noSeq.toString())).sequence()).isNull();
    assertThat(with("seq", "null").sequence()).isNull();
    assertThat(with("epoch", "null").sequence()).isNull();
    assertThat(with("epoch", "\"\"").sequence()).isNull();
    assertThat(with("seq", "7.0").sequence()).isEqualTo(new Event.Sequence("k3v9q2m7x0c4b8n1", 7));
  }

  @ParameterizedTest
  @CsvSource({
    "seq, 0",
    "seq, -1",
    "seq, 1.5",
    "seq, true",
    "seq, '\"1\"'",
    "seq, 9223372036854775808",
    "epoch, 1",
    "epoch, []"
  })
  void epochAndSeqOfTheWrongKindAreInvalid(String attribute, String json) {
    assertInvalidAttribute(attribute, json);
    ObjectNode alone = Samples.tree(REQUEST);
    alone.remove(List.of("epoch", "seq"));
    alone.set(attribute, Samples.json(json));
    assertInvalid(
        Samples.decode(REQUEST, alone.toString()), DeadLetterReason.INVALID_FIELD, attribute);
  }

  @Test
  void malformedTraceContextIsIgnored() {
    Event event = event(Samples.decode(REQUEST, Samples.text(REQUEST)));
    assertThat(event.traceparent()).startsWith("00-4bf9");
    assertThat(event.parentSpanId()).isEqualTo("53995c3f42cd8ad8");

    assertThat(with("traceparent", "\"garbage\"").traceparent()).isNull();
    assertThat(with("parentspanid", "\"0000000000000000\"").parentSpanId()).isNull();
    assertInvalidAttribute("traceparent", "1");
    assertInvalidAttribute("parentspanid", "{}");
  }

  @ParameterizedTest
  @CsvSource({
    "DEBATE_STARTED, debate_id",
    "ROUND_COMPLETED, debate_id",
    "DEBATE_COMPLETED, debate_id",
    "ELO_UPDATED, agent",
    "ELO_UPDATED, debate_id",
    "REQUEST_COMPLETED, request_id",
    "REQUEST_COMPLETED, method",
    "REQUEST_COMPLETED, endpoint",
    "WEBSOCKET_OPENED, connection_id",
    "WEBSOCKET_CLOSED, connection_id",
    "AGENT_CALL_COMPLETED, call_id",
    "AGENT_CALL_COMPLETED, agent",
    "AGENT_CALL_COMPLETED, debate_id",
    "INSTANCE_HEARTBEAT, instance_id",
    "INSTANCE_STOPPED, instance_id",
    "LOG_EMITTED, request_id",
    "LOG_EMITTED, debate_id"
  })
  void methodEndpointAgentAndIdsAreNotEmpty(EventType type, String field) {
    assertInvalid(
        Samples.decode(type, Samples.withField(type, field, "\"\"")),
        DeadLetterReason.INVALID_FIELD,
        "data." + field);
  }

  @ParameterizedTest
  @CsvSource({
    "DEBATE_STARTED, domain",
    "DEBATE_COMPLETED, error",
    "REQUEST_COMPLETED, user_id",
    "LOG_EMITTED, message",
    "LOG_EMITTED, logger"
  })
  void otherTextsMayBeEmpty(EventType type, String field) {
    event(Samples.decode(type, Samples.withField(type, field, "\"\"")));
  }

  @Test
  void numbersBeyondADoubleAreInvalid() {
    assertInvalid(
        Samples.decode(
            EventType.ELO_UPDATED, Samples.text(EventType.ELO_UPDATED).replace("1532.5", "1e400")),
        DeadLetterReason.INVALID_FIELD,
        "data.rating",
        "1e400");
  }

  @ParameterizedTest
  @CsvSource({"1e999999999", "-1", "1000000001", "1000000000.0000000001", "'\"1\"'", "true"})
  void durationsAreSecondsWithinABillion(String json) {
    String value = Samples.text(REQUEST).replace("0.094564", json);

    assertInvalid(
        Samples.decode(REQUEST, value), DeadLetterReason.INVALID_FIELD, "data.duration_seconds");
  }

  @Test
  void durationsAreExactNanoseconds() {
    String value = Samples.text(REQUEST).replace("0.094564", "123456789.1234567891");

    assertThat(((RequestCompleted) event(Samples.decode(REQUEST, value)).data()).durationNanos())
        .isEqualTo(123_456_789_123_456_789L);
  }

  @ParameterizedTest
  @CsvSource({"86400, 86400", "86400.5, 86400", "1e9, 86400", "0, 0", "900.25, 900.25"})
  void timeoutsOver86400AreReadAs86400(String written, double read) {
    EventType type = EventType.DEBATE_STARTED;
    Event event = event(Samples.decode(type, Samples.withField(type, "timeout_seconds", written)));

    assertThat(((DebateStarted) event.data()).timeoutNanos()).isEqualTo((long) (read * 1e9));
  }

  @Test
  void timesBefore2020AreOutOfRange() {
    assertInvalid(
        Samples.decode(
            REQUEST, Samples.withAttribute(REQUEST, "time", "\"2019-12-31T23:59:59.999999999Z\"")),
        DeadLetterReason.TIMESTAMP_OUT_OF_RANGE);
    assertThat(with("time", "\"2020-01-01T01:00:00+01:00\"").time())
        .isEqualTo(Instant.parse("2020-01-01T00:00:00Z"));
  }

  @Test
  void timesOverAnHourAfterAppendAreOutOfRange() {
    with("time", "\"2026-11-24T13:00:01.123Z\"");
    assertInvalid(
        Samples.decode(
            REQUEST, Samples.withAttribute(REQUEST, "time", "\"2026-11-24T13:00:01.123000001Z\"")),
        DeadLetterReason.TIMESTAMP_OUT_OF_RANGE,
        "2026-11-24T13:00:01.123000001Z");
  }

  @Test
  void anAppendTimeThatStandsInForTheTimeIsHeldAgainstTheSameRange() {
    byte[] value = Samples.withAttribute(REQUEST, "time", "null").getBytes(StandardCharsets.UTF_8);

    assertThat(Samples.verdict(codec.decode(REQUEST.topic(), value, 0)))
        .isEqualTo("timestamp_out_of_range");
    assertThat(Samples.verdict(codec.decode(REQUEST.topic(), value, Long.MAX_VALUE)))
        .isEqualTo("valid");
    assertThat(Samples.verdict(codec.decode(REQUEST.topic(), value, Long.MIN_VALUE)))
        .isEqualTo("timestamp_out_of_range");
  }

  @Test
  void freeFieldsKeepOrderAndTypes() {
    EventType type = EventType.LOG_EMITTED;
    String fields = "{\"z\":1,\"a\":{\"y\":[null,true,1.5,\"s\"],\"b\":{}},\"m\":null}";
    LogEmitted log =
        (LogEmitted) event(Samples.decode(type, Samples.withField(type, "fields", fields))).data();

    assertThat(log.fields()).hasToString("{z=1, a={y=[null, true, 1.5, s], b={}}, m=null}");
    assertThat(log.fields()).containsEntry("z", 1L);
  }

  @Test
  void longValuesAreShortenedInMessages() {
    Decoded decoded =
        Samples.decode(
            REQUEST, Samples.withField(REQUEST, "status", '"' + "x\\n".repeat(10_000) + '"'));

    assertThat(((Decoded.Invalid) decoded).message()).hasSizeLessThan(200).doesNotContain("\n");
  }
}
