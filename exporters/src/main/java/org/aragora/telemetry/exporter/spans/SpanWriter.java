package org.aragora.telemetry.exporter.spans;

import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.aragora.telemetry.exporter.backend.EventRecord;
import org.aragora.telemetry.exporter.trace.SpanIdentity;
import org.aragora.telemetry.exporter.trace.TraceIds;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.EndpointTemplate;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/** Writes the spans of each event type: names, attributes, status. Not thread-safe. */
final class SpanWriter {

  private static final InstrumentationScopeInfo SERVER = InstrumentationScopeInfo.create("aragora");
  private static final InstrumentationScopeInfo DEBATE =
      InstrumentationScopeInfo.create("aragora.debate");

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
  private static final int MAX_TEXT = 1024;

  private static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
  private static final AttributeKey<String> AGENT = stringKey("agent.name");
  private static final AttributeKey<String> CALL_ID = stringKey("agent.call_id");
  private static final AttributeKey<String> DEBATE_ID = stringKey("debate.id");
  private static final AttributeKey<Double> CONFIDENCE = doubleKey("debate.confidence");
  private static final AttributeKey<Long> ROUND = longKey("round.number");
  private static final AttributeKey<String> MODEL = stringKey("gen_ai.request.model");

  private final Redactor redactor;
  private final Resources resources;
  private final boolean agentServices;
  private final TraceIds ids = new TraceIds();
  private final EndpointTemplate endpoints = new EndpointTemplate();

  /**
   * @param agentServices writes a span of the agent's service beside each call
   */
  SpanWriter(Redactor redactor, Resources resources, boolean agentServices) {
    this.redactor = redactor;
    this.resources = resources;
    this.agentServices = agentServices;
  }

  /** Place of an event's span. */
  private EventSpan.Place place(EventRecord record, SpanIdentity span) {
    return EventSpan.Place.of(
        span, resources.aragora(redactor.name(record.event().source())), record.time().nanos());
  }

  private static EventSpan.Operation operation(SpanKind kind, String name, long durationNanos) {
    return new EventSpan.Operation(DEBATE, kind, name, durationNanos);
  }

  List<SpanData> request(EventRecord record, RequestCompleted request, SpanIdentity span) {
    String method = request.method().toUpperCase(Locale.ROOT);
    boolean known = METHODS.contains(method);
    AttributesBuilder attributes =
        Attributes.builder()
            .put("http.request.method", known ? method : "_OTHER")
            .put("url.path", text(EndpointTemplate.path(request.endpoint())))
            .put("http.response.status_code", (long) request.status())
            .put("request.id", text(request.requestId()));
    if (!known) {
      attributes.put("http.request.method_original", text(request.method()));
    }
    put(attributes, stringKey("user.id"), request.userId());
    boolean failed = request.status() >= 500;
    if (failed) {
      attributes.put(ERROR_TYPE, Integer.toString(request.status()));
    }
    String name = (known ? method : "HTTP") + " " + text(endpoints.of(request.endpoint()));
    return List.of(
        new EventSpan(
            place(record, span),
            new EventSpan.Operation(SERVER, SpanKind.SERVER, name, request.durationNanos()),
            attributes.build(),
            failed ? StatusData.error() : StatusData.unset()));
  }

  List<SpanData> debate(EventRecord record, DebateCompleted debate, SpanIdentity span) {
    DebateStart start = record.start();
    String outcome = debate.outcome().name().toLowerCase(Locale.ROOT);
    AttributesBuilder attributes =
        Attributes.builder()
            .put(DEBATE_ID, text(debate.debateId()))
            .put("debate.outcome", outcome)
            .put("debate.status", debate.outcome().status())
            .put("debate.domain", text(DebateStart.domain(debate, start)));
    put(attributes, longKey("debate.rounds"), debate.rounds());
    put(attributes, CONFIDENCE, debate.confidence());
    if (start != null) {
      attributes.put("debate.agent_count", (long) start.agentCount());
      attributes.put(
          stringArrayKey("debate.agents"), start.agents().stream().map(this::text).toList());
      put(attributes, stringKey("debate.task"), start.task());
      put(attributes, longKey("debate.planned_rounds"), start.plannedRounds());
    }
    boolean failed =
        debate.outcome() == DebateOutcome.ERROR || debate.outcome() == DebateOutcome.TIMEOUT;
    if (failed) {
      attributes.put(ERROR_TYPE, outcome);
    }
    EventSpan.Place place = place(record, span);
    return List.of(
        new EventSpan(
            place,
            operation(SpanKind.INTERNAL, "debate.run", debate.durationNanos()),
            attributes.build(),
            failed ? error(debate.error()) : StatusData.unset(),
            consensus(debate, place.endNanos())));
  }

  private static List<EventData> consensus(DebateCompleted debate, long endNanos) {
    if (debate.outcome() != DebateOutcome.CONSENSUS) {
      return List.of();
    }
    AttributesBuilder attributes = Attributes.builder();
    put(attributes, CONFIDENCE, debate.confidence());
    return List.of(EventData.create(endNanos, "debate.consensus", attributes.build()));
  }

  List<SpanData> round(EventRecord record, RoundCompleted round, SpanIdentity span) {
    return List.of(
        new EventSpan(
            place(record, span),
            operation(SpanKind.INTERNAL, "debate.round." + round.round(), round.durationNanos()),
            Attributes.of(ROUND, round.round(), DEBATE_ID, text(round.debateId())),
            StatusData.unset()));
  }

  List<SpanData> call(EventRecord record, AgentCallCompleted call, SpanIdentity span) {
    String agent = text(call.agent());
    AttributesBuilder attributes =
        Attributes.builder()
            .put(AGENT, agent)
            .put("peer.service", agent)
            .put(CALL_ID, text(call.callId()));
    put(attributes, stringKey("agent.operation"), call.operation());
    put(attributes, MODEL, call.model());
    put(attributes, stringKey("gen_ai.provider.name"), call.provider());
    put(attributes, longKey("gen_ai.usage.input_tokens"), call.inputTokens());
    put(attributes, longKey("gen_ai.usage.output_tokens"), call.outputTokens());
    put(attributes, DEBATE_ID, call.debateId());
    put(attributes, ROUND, call.round());
    boolean failed = call.status() != CallStatus.SUCCESS;
    if (failed) {
      attributes.put(ERROR_TYPE, call.status().name().toLowerCase(Locale.ROOT));
      put(attributes, ERROR_TYPE, call.errorType());
    }
    SpanData callSpan =
        new EventSpan(
            place(record, span),
            operation(SpanKind.CLIENT, "agent." + agent, call.durationNanos()),
            attributes.build(),
            failed ? StatusData.error() : StatusData.unset());
    return agentServices ? List.of(callSpan, callee(callSpan, call, span)) : List.of(callSpan);
  }

  /** Derives the agent's side of a call, so that a service map shows the call. */
  private SpanData callee(SpanData callSpan, AgentCallCompleted call, SpanIdentity caller) {
    String agent = text(call.agent());
    AttributesBuilder attributes =
        Attributes.builder()
            .put(AGENT, agent)
            .put(CALL_ID, text(call.callId()))
            .put("aragora.derived", true);
    put(attributes, MODEL, call.model());
    String name =
        call.operation() == null || call.operation().isEmpty() ? "call" : text(call.operation());
    SpanIdentity span = caller.child(ids.callee(caller.traceId(), caller.spanId()));
    return new EventSpan(
        EventSpan.Place.of(
            span, resources.agent(agent), callSpan.getStartEpochNanos() + call.durationNanos()),
        operation(SpanKind.SERVER, name, call.durationNanos()),
        attributes.build(),
        callSpan.getStatus());
  }

  List<SpanData> elo(EventRecord record, EloUpdated elo, SpanIdentity carried) {
    AttributesBuilder attributes =
        Attributes.builder().put(AGENT, text(elo.agent())).put("elo.rating", elo.rating());
    put(attributes, doubleKey("elo.previous_rating"), elo.previousRating());
    put(attributes, DEBATE_ID, elo.debateId());
    put(attributes, stringKey("debate.domain"), elo.domain());
    EventSpan.Place place = place(record, eloSpan(record, carried));
    return List.of(
        new EventSpan(
            place,
            operation(SpanKind.INTERNAL, "debate.elo_update", 0),
            Attributes.of(AGENT, text(elo.agent())),
            StatusData.unset(),
            List.of(EventData.create(place.endNanos(), "elo.updated", attributes.build()))));
  }

  /** The carried context may be the operation around the update, which keeps its span id. */
  private SpanIdentity eloSpan(EventRecord record, SpanIdentity span) {
    if (!span.carried() || record.event().parentSpanId() != null) {
      return span;
    }
    return span.child(ids.event(record.event().source(), record.event().id()).spanId());
  }

  private StatusData error(@Nullable String message) {
    return message == null || message.isEmpty()
        ? StatusData.error()
        : StatusData.create(StatusCode.ERROR, text(message));
  }

  private void put(AttributesBuilder to, AttributeKey<String> key, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      to.put(key, text(value));
    }
  }

  private static <N extends Number> void put(
      AttributesBuilder to, AttributeKey<N> key, @Nullable N value) {
    if (value != null) {
      to.put(key, value);
    }
  }

  /** Redacts before it cuts, so that no part of a secret remains. */
  private String text(String value) {
    String clean = redactor.text(value);
    return Unicode.isLongerThan(clean, MAX_TEXT) ? Unicode.cut(clean, MAX_TEXT) + "…" : clean;
  }
}
