package org.aragora.telemetry.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.InstanceStopped;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JsonEventCodecRoundTripTest {
  private final EventCodec codec = JsonEventCodec.create();

  private static Event event(EventData data) {
    return new Event("1", "/a", null, null, null, null, data);
  }

  private String written(EventData data) {
    return new String(codec.encode(event(data)), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenIsReadAsItWas(EventType type) {
    Random random = new Random(type.ordinal());
    for (int i = 0; i < 1_000; i++) {
      Event event = RandomEvents.of(type, random);
      byte[] value = codec.encode(event);

      assertThat(codec.decode(type.topic(), value, Samples.APPENDED_MS))
          .as(new String(value, StandardCharsets.UTF_8))
          .isEqualTo(new Decoded.Valid(event));
      assertThat(codec.encode(event)).isEqualTo(value);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "94564000, 0.094564",
    "0, 0",
    "1, 0.000000001",
    "1000000000, 1",
    "1500000000, 1.5",
    "1000000000000000000, 1000000000",
    "999999999999999999, 999999999.999999999"
  })
  void durationsAreWrittenAsPlainDecimalSeconds(long nanos, String seconds) {
    assertThat(written(new RoundCompleted("d", 1, nanos)))
        .endsWith("\"duration_seconds\":" + seconds + "}}");
  }

  @Test
  void absentOptionalsAndEmptyOptionalIdsAreLeftOut() {
    assertThat(written(new EloUpdated("gpt", 1500, null, "", null)))
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\","
                + "\"type\":\"ai.aragora.elo.updated.v1\","
                + "\"data\":{\"agent\":\"gpt\",\"rating\":1500.0}}");
    assertThat(written(new InstanceStopped("i"))).endsWith("\"data\":{\"instance_id\":\"i\"}}");
  }

  @Test
  void numbersThatJsonHasNotAreWrittenAsNull() {
    assertThat(written(new EloUpdated("gpt", Double.NaN, Double.NEGATIVE_INFINITY, null, null)))
        .contains("\"rating\":null,\"previous_rating\":null");
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("nan", Double.NaN);
    fields.put("float", Float.POSITIVE_INFINITY);
    fields.put("list", List.of(Double.NaN));
    fields.put("other", Instant.EPOCH);
    fields.put("int", 7);
    assertThat(
            written(
                new LogEmitted(
                    LogLevel.INFO, "l", "m", null, null, null, null, null, null, fields)))
        .endsWith(
            "\"fields\":{\"nan\":null,\"float\":null,\"list\":[null],"
                + "\"other\":\"1970-01-01T00:00:00Z\",\"int\":7}}}");
  }

  @Test
  void anEmptyListOfAgentsIsWritten() {
    assertThat(written(new DebateStarted("d", List.of(), null, null, null, null)))
        .endsWith("\"data\":{\"debate_id\":\"d\",\"agents\":[]}}");
  }

  @Test
  void aMapThatContainsItselfIsCutWhereReadersWouldRefuseIt() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("list", Arrays.asList(fields, fields));
    LogEmitted log =
        new LogEmitted(LogLevel.INFO, "l", "m", null, null, null, null, null, null, fields);

    byte[] value = codec.encode(event(log));

    assertThat(value.length).isGreaterThan(EventCodec.MAX_VALUE_BYTES);
    fields.put("list", Arrays.asList(fields, 1));
    assertThat(codec.decode(InputTopic.LOGS, codec.encode(event(log)), Samples.APPENDED_MS))
        .isInstanceOf(Decoded.Valid.class);
  }

  @Test
  void whatAHostMayHoldIsWrittenWellFormed() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("a\ud800", List.of("\udc00", Map.of("\ud800", 1L)));
    fields.put("a\udbff", 2L); // the same name, once written: the last value stays
    LogEmitted log =
        new LogEmitted(LogLevel.INFO, "l\ud83d", "m", null, null, null, null, "u", null, fields);

    Decoded decoded = codec.decode(InputTopic.LOGS, codec.encode(event(log)), Samples.APPENDED_MS);

    assertThat(decoded).isInstanceOf(Decoded.Valid.class);
    LogEmitted read = (LogEmitted) ((Decoded.Valid) decoded).event().data();
    assertThat(read.logger()).isEqualTo("l\uFFFD");
    assertThat(read.fields()).containsOnly(Map.entry("a\uFFFD", 2L));
  }

  @Test
  void oneCodecServesSeveralThreads() {
    List<EventType> types =
        Collections.nCopies(400, EventType.values()).stream().flatMap(Arrays::stream).toList();

    assertThat(types.parallelStream().map(type -> Samples.decode(type, Samples.text(type))))
        .allMatch(decoded -> decoded instanceof Decoded.Valid);
  }
}
