package org.aragora.telemetry.exporter.spans;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.contract.TestEvents;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.event.WebsocketOpened;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.testbed.events.AstralTexts;
import org.aragora.telemetry.testbed.events.LargestEvents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SpanConverterTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final String PARENT = "53995c3f42cd8ad8";
  private static final long END = TestEvents.TIME.getEpochSecond() * 1_000_000_000L + 123_456_000L;

  private final Map<String, String> environment =
      new HashMap<>(Map.of("OTEL_TRACES_SAMPLER", "always_on"));
  private long offset;

  private Converter<List<SpanData>> converter() {
    var definition = SpansMain.definition();
    return definition.converter().apply(Settings.read(definition.settings(), environment));
  }

  private Conversion<List<SpanData>> convert(Converter<List<SpanData>> converter, Event event) {
    return converter.convert(
        TestEvents.record(
            event.type().topic().under("aragora."), 0, offset++, TestEvents.CODEC.encode(event)));
  }

  private List<SpanData> spans(EventData data) {
    return spans(TestEvents.event("e-1", data));
  }

  private List<SpanData> spans(Event event) {
    return ((Conversion.Export<List<SpanData>>) convert(converter(), event)).payload();
  }

  private static Event carried(EventData data, String flags, String parent) {
    return new Event(
        "e-1",
        TestEvents.SOURCE,
        TestEvents.TIME,
        "00-" + TRACE + "-" + SPAN + "-" + flags,
        parent,
        null,
        data);
  }

  private static RequestCompleted request(int status) {
    return new RequestCompleted(
        "r-1", "get", "/api/debates/adhoc_1a2b3c4d?token=hunter2", status, 250_000_000L, "u-1");
  }

  private static AgentCallCompleted call(CallStatus status) {
    return new AgentCallCompleted(
        "c-1", "claude", status, 1_000_000_000L, "critique", "m", "p", 10L, 5L, null, "d-1", 2L);
  }

  private static Object attribute(SpanData span, String key) {
    return span.getAttributes().asMap().entrySet().stream()
        .filter(entry -> entry.getKey().getKey().equals(key))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  @Test
  void requestIsAServerSpanByHttpConventions() {
    SpanData span = spans(request(503)).get(0);

    assertThat(span.getName()).isEqualTo("GET /api/debates/{id}");
    assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(span.getStartEpochNanos()).isEqualTo(END - 250_000_000L);
    assertThat(span.getEndEpochNanos()).isEqualTo(END);
    assertThat(attribute(span, "http.request.method")).isEqualTo("GET");
    assertThat(attribute(span, "url.path")).isEqualTo("/api/debates/adhoc_1a2b3c4d");
    assertThat(attribute(span, "http.response.status_code")).isEqualTo(503L);
    assertThat(attribute(span, "error.type")).isEqualTo("503");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("aragora");
    assertThat(span.getResource().getAttribute(AttributeKey.stringKey("service.name")))
        .isEqualTo("aragora");
    assertThat(span.getResource().getAttribute(AttributeKey.stringKey("service.instance.id")))
        .isEqualTo(TestEvents.SOURCE);
    assertThat(spans(request(404)).get(0).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void carriedContextIsTheSpansOwn() {
    SpanData span = spans(carried(request(200), "01", PARENT)).get(0);

    assertThat(span.getTraceId()).isEqualTo(TRACE);
    assertThat(span.getSpanId()).isEqualTo(SPAN);
    assertThat(span.getParentSpanId()).isEqualTo(PARENT);
  }

  @Test
  void callIsAClientSpanAndASpanOfTheAgentsOwnService() {
    List<SpanData> spans = spans(call(CallStatus.TIMEOUT));

    assertThat(spans).hasSize(2);
    SpanData client = spans.get(0);
    SpanData server = spans.get(1);
    assertThat(client.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(client.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(attribute(client, "error.type")).isEqualTo("timeout");
    assertThat(attribute(client, "gen_ai.usage.input_tokens")).isEqualTo(10L);
    assertThat(server.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(server.getParentSpanId()).isEqualTo(client.getSpanId());
    assertThat(server.getTraceId()).isEqualTo(client.getTraceId());
    assertThat(attribute(server, "aragora.derived")).isEqualTo(true);
    assertThat(server.getResource().getAttribute(AttributeKey.stringKey("service.name")))
        .isEqualTo("claude");
  }

  @Test
  void agentServicesCanBeSwitchedOff() {
    environment.put("ARAGORA_TELEMETRY_AGENT_SERVICE_SPANS", "false");
    assertThat(spans(call(CallStatus.SUCCESS))).hasSize(1);
  }

  @Test
  void debateKnowsTaskAndAgentsOfItsStartAndEndsOnce() {
    Converter<List<SpanData>> converter = converter();
    Event start =
        TestEvents.event(
            "s",
            new DebateStarted(
                "d-1", List.of("claude", "gpt"), "law", "Ask jane@example.com", 3L, null));
    Event end =
        TestEvents.event(
            "e",
            new DebateCompleted(
                "d-1", DebateOutcome.CONSENSUS, 2_000_000_000L, 3L, 0.9, null, null));

    assertThat(convert(converter, start)).isEqualTo(new Conversion.Skip<>("other_type"));
    SpanData span = ((Conversion.Export<List<SpanData>>) convert(converter, end)).payload().get(0);

    assertThat(span.getName()).isEqualTo("debate.run");
    assertThat(attribute(span, "debate.task")).isEqualTo("Ask [REDACTED]");
    assertThat(attribute(span, "debate.agent_count")).isEqualTo(2L);
    assertThat(attribute(span, "debate.domain")).isEqualTo("law");
    assertThat(attribute(span, "debate.outcome")).isEqualTo("consensus");
    assertThat(span.getEvents()).hasSize(1);
    assertThat(span.getEvents().get(0).getName()).isEqualTo("debate.consensus");
    assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("aragora.debate");
    assertThat(convert(converter, end)).isEqualTo(new Conversion.Skip<>("already_ended"));
  }

  @Test
  void debateThatIsSentBackNeedsNoLog() {
    Converter<List<SpanData>> converter = converter();
    Event start =
        TestEvents.event(
            "s", new DebateStarted("d-1", List.of("claude"), "law", "Adopt it?", 3L, null));
    Event end =
        TestEvents.event(
            "e",
            new DebateCompleted(
                "d-1", DebateOutcome.CONSENSUS, 2_000_000_000L, 3L, 0.9, null, null));
    convert(converter, start);
    var first = (Conversion.Export<List<SpanData>>) convert(converter, end);

    var record = TestEvents.record("aragora.debates", 0, 1, TestEvents.CODEC.encode(end));
    for (Converter<List<SpanData>> any : List.of(converter, converter())) {
      var again = (Conversion.Export<List<SpanData>>) any.convertAgain(record, first.start());
      assertThat(again).usingRecursiveComparison().isEqualTo(first);
    }
  }

  @Test
  void failedDebateSaysWhy() {
    SpanData span =
        spans(new DebateCompleted("d-1", DebateOutcome.ERROR, 1, null, null, null, "out of luck"))
            .get(0);

    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getStatus().getDescription()).isEqualTo("out of luck");
    assertThat(attribute(span, "error.type")).isEqualTo("error");
  }

  @Test
  void allOfADebateIsOneTraceWithTheRightParents() {
    SpanData debate =
        spans(new DebateCompleted("d-1", DebateOutcome.CONSENSUS, 1, null, null, null, null))
            .get(0);
    SpanData round = spans(new RoundCompleted("d-1", 2, 1)).get(0);
    SpanData call = spans(call(CallStatus.SUCCESS)).get(0);
    SpanData elo = spans(new EloUpdated("gpt", 1500, 1490.0, "d-1", null)).get(0);

    assertThat(List.of(round.getTraceId(), call.getTraceId(), elo.getTraceId()))
        .containsOnly(debate.getTraceId());
    assertThat(debate.getParentSpanContext().isValid()).isFalse();
    assertThat(round.getParentSpanId()).isEqualTo(debate.getSpanId());
    assertThat(call.getParentSpanId()).isEqualTo(round.getSpanId());
    assertThat(elo.getParentSpanId()).isEqualTo(debate.getSpanId());
    assertThat(elo.getEvents().get(0).getName()).isEqualTo("elo.updated");
    assertThat(elo.getEndEpochNanos()).isEqualTo(elo.getStartEpochNanos() + 1);
  }

  @Test
  void derivedIdsAreThoseThatTheDocumentationGives() {
    SpanData debate =
        spans(new DebateCompleted("d-1", DebateOutcome.CONSENSUS, 1, null, null, null, null))
            .get(0);

    // printf 'debate\nd-1' | sha256sum
    assertThat(debate.getTraceId()).isEqualTo("225a61cb5248161fb1b5dbc82c790f96");
    assertThat(debate.getSpanId()).isEqualTo("3afa8e83e4a8bcb0");
  }

  @Test
  void ratingsNeverTakeTheIdOfTheSpanThatTheyHappenedIn() {
    SpanData elo = spans(carried(new EloUpdated("gpt", 1, null, "d-1", null), "01", null)).get(0);

    assertThat(elo.getSpanId()).isNotEqualTo(SPAN);
    assertThat(elo.getParentSpanId()).isEqualTo(SPAN);
  }

  @Test
  void carriedFlagDecidesForParentBasedSamplers() {
    environment.put("OTEL_TRACES_SAMPLER", "parentbased_traceidratio");
    environment.put("OTEL_TRACES_SAMPLER_ARG", "0");
    Converter<List<SpanData>> converter = converter();

    assertThat(convert(converter, carried(request(200), "01", null)))
        .isInstanceOf(Conversion.Export.class);
    assertThat(convert(converter, carried(request(200), "00", null)))
        .isEqualTo(new Conversion.Skip<>("unsampled"));
    assertThat(convert(converter, TestEvents.event("e", request(200))))
        .isEqualTo(new Conversion.Skip<>("unsampled"));
  }

  @Test
  void ratioKeepsOrDropsTracesWhole() {
    environment.put("OTEL_TRACES_SAMPLER", "parentbased_traceidratio");
    environment.put("OTEL_TRACES_SAMPLER_ARG", "0.1");
    Converter<List<SpanData>> converter = converter();
    int kept = 0;
    for (int i = 0; i < 5000; i++) {
      boolean debate =
          convert(
                  converter,
                  TestEvents.event(
                      "a" + i,
                      new DebateCompleted(
                          "d-" + i, DebateOutcome.TIMEOUT, 1, null, null, null, null)))
              instanceof Conversion.Export;
      boolean round =
          convert(converter, TestEvents.event("b" + i, new RoundCompleted("d-" + i, 1, 1)))
              instanceof Conversion.Export;
      assertThat(round).isEqualTo(debate);
      kept += debate ? 1 : 0;
    }
    assertThat(kept).isBetween(400, 600);
  }

  @Test
  void eventsWithoutDurationAreNoSpans() {
    assertThat(convert(converter(), TestEvents.event("e", new WebsocketOpened("c", 1))))
        .isEqualTo(new Conversion.Skip<>("other_type"));
  }

  @Test
  void everyTextOfASpanIsCutBetweenCharacters() {
    for (int bound : new int[] {200, 1_024, 2_000}) {
      for (String text : AstralTexts.around(bound)) {
        Converter<List<SpanData>> converter = converter();
        convert(
            converter,
            TestEvents.event(
                "s", new DebateStarted("d", List.of(text, "b"), "law", text, 3L, null)));
        List<SpanData> spans =
            new ArrayList<>(
                ((Conversion.Export<List<SpanData>>)
                        convert(
                            converter,
                            TestEvents.event(
                                "e",
                                new DebateCompleted(
                                    "d", DebateOutcome.ERROR, 1, 3L, 0.9, null, text))))
                    .payload());
        String name = Unicode.cut(text, 1_024);
        spans.addAll(
            spans(
                new AgentCallCompleted(
                    "c", name, CallStatus.ERROR, 1, name, name, name, 1L, 1L, name, "d", 1L)));
        for (SpanData span : spans) {
          assertThat(span.getName() + span.getStatus().getDescription() + span.getAttributes())
              .matches(Unicode::isWellFormed);
          assertThat(span.getEvents().toString() + span.getResource())
              .matches(Unicode::isWellFormed);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void spansOfTheLargestEventOfATypeAreSmallerThanIt(EventType type) {
    var converted =
        converter()
            .convert(
                TestEvents.record(
                    type.topic().under("aragora."), 0, offset++, new LargestEvents(8).value(type)));
    assertThat(converted).isNotEqualTo(new Conversion.Skip<>("invalid"));
    if (converted instanceof Conversion.Export<List<SpanData>> export) {
      for (SpanData span : export.payload()) {
        assertThat(span.toString().getBytes(StandardCharsets.UTF_8).length).isLessThan(200_000);
      }
    }
  }
}
