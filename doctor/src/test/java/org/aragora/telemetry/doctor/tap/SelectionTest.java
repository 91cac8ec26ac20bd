package org.aragora.telemetry.doctor.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionTest {
  private static final Map<String, Object> EVENT =
      Map.of(
          "id", "e-1",
          "source", "/aragora/instances/api-1",
          "data",
              Map.of(
                  "debate_id",
                  "d-1",
                  "id",
                  "inner",
                  "round",
                  5,
                  "duration_seconds",
                  new BigDecimal("0.50"),
                  "agents",
                  List.of("claude", "gpt"),
                  "fields",
                  Map.of(
                      "region",
                      "eu",
                      "http.status",
                      500,
                      "a.b",
                      Map.of("c", "deep"),
                      "cached",
                      true)));

  @ParameterizedTest
  @CsvSource({
    "debate_id=d-1, true",
    "debate_id=d-2, false",
    "data.debate_id=d-1, true",
    "source=/aragora/instances/api-1, true",
    "id=inner, true",
    "id=e-1, false",
    "round=5, true",
    "round=5.0, true",
    "round=five, false",
    "duration_seconds=0.5, true",
    "agents=gpt, true",
    "agents=grok, false",
    "fields.region=eu, true",
    "fields.http.status=500, true",
    "fields.a.b.c=deep, true",
    "fields.cached=true, true",
    "fields={}, false",
    "none=, false",
    "fields.region.eu=x, false"
  })
  void aFieldIsFoundByItsPath(String test, boolean matches) {
    assertThat(selection(List.of(), List.of(test)).contains(EventType.DEBATE_STARTED, EVENT))
        .isEqualTo(matches);
  }

  @Test
  void allTestsMustHold() {
    assertThat(
            selection(List.of(), List.of("debate_id=d-1", "round=6"))
                .contains(EventType.DEBATE_STARTED, EVENT))
        .isFalse();
  }

  @Test
  void aTypeMayBeShortAndNamesItsTopic() {
    Selection selection =
        selection(List.of("debate.started", "ai.aragora.log.emitted.v1"), List.of());

    assertThat(selection.types()).containsExactly(EventType.DEBATE_STARTED, EventType.LOG_EMITTED);
    assertThat(selection.topics()).containsExactly(InputTopic.DEBATES, InputTopic.LOGS);
    assertThat(selection.isOfAll()).isFalse();
    assertThat(selection.contains(EventType.ELO_UPDATED, EVENT)).isFalse();
  }

  @Test
  void aTopicMayHaveThePrefix() {
    assertThat(Selection.of(List.of("logs", "x.debates"), List.of(), List.of(), "x.").topics())
        .containsExactly(InputTopic.DEBATES, InputTopic.LOGS);
    assertThat(selection(List.of(), List.of()).topics()).hasSize(5);
  }

  @Test
  void anUnknownNameIsRefused() {
    assertThatThrownBy(() -> Selection.of(List.of("metrics"), List.of(), List.of(), "aragora."))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("--topic=metrics is refused: it must be one of debates, ");
    assertThatThrownBy(() -> selection(List.of("debate.ended"), List.of()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("--type=debate.ended is refused: ");
    assertThatThrownBy(() -> selection(List.of(), List.of("debate_id")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("--where=debate_id is refused: ");
  }

  private static Selection selection(List<String> types, List<String> tests) {
    return Selection.of(List.of(), types, tests, "aragora.");
  }
}
