package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.aragora.telemetry.producer.EventLine.BadLineException;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventLineTest {

  private static EventLine read(String line) throws BadLineException {
    return EventLine.read(
        line.getBytes(StandardCharsets.UTF_8),
        JsonEventCodec.create(),
        "/aragora/instances/emit",
        Instant.parse("2026-11-24T12:00:00Z").toEpochMilli());
  }

  @Test
  void wholeCloudEventStaysAsItIs() throws Exception {
    EventLine line =
        read(
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/aragora/instances/a\",\"epoch\":\"e\","
                + "\"seq\":7,\"type\":\"ai.aragora.elo.updated.v1\",\"data\":{\"agent\":\"ü\",\"rating\":5.0}}");

    assertThat(line.whole()).isTrue();
    assertThat(line.event().sequence()).isEqualTo(new Event.Sequence("e", 7));
  }

  @Test
  void typeAndDataAreEnough() throws Exception {
    EventLine line =
        read(
            " {\"type\": \"ai.aragora.elo.updated.v1\", \"time\": \"2026-11-24T11:00:00Z\","
                + " \"data\": {\"agent\": \"ü\", \"rating\": 1500} } ");

    assertThat(line.whole()).isFalse();
    assertThat(line.event().data()).isEqualTo(new EloUpdated("ü", 1500, null, null, null));
    assertThat(line.event().time()).isEqualTo(Instant.parse("2026-11-24T11:00:00Z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "nonsense | not one JSON object",
        "[1] | not one JSON object",
        "{\"type\":\"x\"} | type",
        "{} | type",
        "{\"type\":\"ai.aragora.elo.updated.v1\"} | data",
        "{\"type\":\"ai.aragora.elo.updated.v1\",\"data\":{\"agent\":\"\",\"rating\":1}} | agent",
        "{\"type\":\"ai.aragora.elo.updated.v1\",\"data\":{\"agent\":\"a\",\"rating\":1}} x | JSON",
        "{\"type\":\"ai.aragora.elo.updated.v1\",\"source\":\"/x\",\"data\":{}} | source",
        "{\"type\":\"a\",\"type\":\"b\"} | not one JSON object",
        "{\"type\":5,\"data\":{}} | type"
      })
  void badLineIsExplained(String line, String word) {
    assertThatThrownBy(() -> read(line))
        .isInstanceOf(BadLineException.class)
        .hasMessageContaining(word)
        .hasMessageEndingWith(".");
  }
}
