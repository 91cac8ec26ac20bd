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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.aragora.telemetry.exporter.core.DebateLog;
import org.aragora.telemetry.exporter.core.Redactor;
import org.aragora.telemetry.exporter.core.TraceContext;
import org.aragora.telemetry.exporter.core.TraceIds;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.EndpointTemplate;
import org.jspecify.annotations.Nullable;

/** The span that each kind of event is: names, attributes, status. */
final class SpanWriter {

  static final InstrumentationScopeInfo SERVER = InstrumentationScopeInfo.create("aragora");
  static final InstrumentationScopeInfo DEBATE = InstrumentationScopeInfo.create("aragora.debate");

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
  private static final int MAX_TEXT = 1024;

  private static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
  private static final AttributeKey<String> AGENT = stringKey("agent.name");
  private static final AttributeKey<String> DEBATE_ID = stringKey("debate.id");
  private static final AttributeKey<Long> ROUND = longKey("round.number");
  private static final AttributeKey<String> MODEL = stringKey("gen_ai.request.model");

  private final Redactor redactor;
  private final Resources resources;
  private final TraceIds ids;
  private final boolean agentServices;
  private final EndpointTemplate endpoints = new EndpointTemplate();

  SpanWriter(Redactor redactor, Resources resources, TraceIds ids, boolean agentServices) {
    this.redactor = redactor;
    this.resources = resources;
    this.ids = ids;
    this.agentServices = agentServices;
  }

  List<SpanData> request(Event event, RequestCompleted request, TraceContext at, long end) {
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
    return List.of(
        new EventSpan(
            new EventSpan.Identity(
                at.traceId(),
                at.spanId(),
                at.parentSpanId(),
                SERVER,
                resources.aragora(event.source())),
            (known ? method : "HTTP") + " " + text(endpoints.of(request.endpoint())),
            SpanKind.SERVER,
            end - request.durationNanos(),
            end,
            attributes.build(),
            failed ? StatusData.error() : StatusData.unset(),
            List.of()));
  }

  List<SpanData> debate(
      Event event,
      DebateCompleted debate,
      DebateLog.@Nullable Start start,
      TraceContext at,
      long end) {
    String outcome = debate.outcome().name().toLowerCase(Locale.ROOT);
    AttributesBuilder attributes =
        Attributes.builder()
            .put(DEBATE_ID, text(debate.debateId()))
            .put("debate.outcome", outcome)
            .put("debate.status", debate.outcome().status())
            .put("debate.domain", domain(debate, start));
    put(attributes, longKey("debate.rounds"), debate.rounds());
    put(attributes, doubleKey("debate.confidence"), debate.confidence());
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
    return List.of(
        new EventSpan(
            new EventSpan.Identity(
                at.traceId(),
                at.spanId(),
                at.parentSpanId(),
                DEBATE,
                resources.aragora(event.source())),
            "debate.run",
            SpanKind.INTERNAL,
            end - debate.durationNanos(),
            end,
            attributes.build(),
            failed ? status(debate.error()) : StatusData.unset(),
            consensus(debate, end)));
  }

  private static List<EventData> consensus(DebateCompleted debate, long end) {
    if (debate.outcome() != DebateOutcome.CONSENSUS) {
      return List.of();
    }
    AttributesBuilder attributes = Attributes.builder();
    if (debate.confidence() != null) {
      attributes.put("debate.confidence", debate.confidence());
    }
    return List.of(EventData.create(end, "debate.consensus", attributes.build()));
  }

  private String domain(DebateCompleted debate, DebateLog.@Nullable Start start) {
    String domain = debate.domain();
    if ((domain == null || domain.isEmpty()) && start != null) {
      domain = start.domain();
    }
    return domain == null || domain.isEmpty() ? "general" : text(domain);
  }

  List<SpanData> round(Event event, RoundCompleted round, TraceContext at, long end) {
    return List.of(
        new EventSpan(
            new EventSpan.Identity(
                at.traceId(),
                at.spanId(),
                at.parentSpanId(),
                DEBATE,
                resources.aragora(event.source())),
            "debate.round." + round.round(),
            SpanKind.INTERNAL,
            end - round.durationNanos(),
            end,
            Attributes.of(ROUND, round.round(), DEBATE_ID, text(round.debateId())),
            StatusData.unset(),
            List.of()));
  }

  List<SpanData> call(Event event, AgentCallCompleted call, TraceContext at, long end) {
    String agent = text(call.agent());
    AttributesBuilder attributes =
        Attributes.builder()
            .put(AGENT, agent)
            .put("peer.service", agent)
            .put("agent.call_id", text(call.callId()));
    put(attributes, stringKey("agent.operation"), call.operation());
    put(attributes, MODEL, call.model());
    put(attributes, stringKey("gen_ai.provider.name"), call.provider());
    put(attributes, longKey("gen_ai.usage.input_tokens"), call.inputTokens());
    put(attributes, longKey("gen_ai.usage.output_tokens"), call.outputTokens());
    put(attributes, DEBATE_ID, call.debateId());
    put(attributes, ROUND, call.round());
    boolean failed = call.status() != CallStatus.SUCCESS;
    if (failed) {
      String kind = call.errorType();
      attributes.put(
          ERROR_TYPE,
          kind == null || kind.isEmpty()
              ? call.status().name().toLowerCase(Locale.ROOT)
              : text(kind));
    }
    StatusData status = failed ? StatusData.error() : StatusData.unset();
    List<SpanData> spans = new ArrayList<>(2);
    spans.add(
        new EventSpan(
            new EventSpan.Identity(
                at.traceId(),
                at.spanId(),
                at.parentSpanId(),
                DEBATE,
                resources.aragora(event.source())),
            "agent." + agent,
            SpanKind.CLIENT,
            end - call.durationNanos(),
            end,
            attributes.build(),
            status,
            List.of()));
    if (agentServices) {
      spans.add(callee(call, agent, at, end, status));
    }
    return spans;
  }

  /** The agent's side of a call, derived: without it no service map shows that it was called. */
  private SpanData callee(
      AgentCallCompleted call, String agent, TraceContext at, long end, StatusData status) {
    AttributesBuilder attributes =
        Attributes.builder()
            .put(AGENT, agent)
            .put("agent.call_id", text(call.callId()))
            .put("aragora.derived", true);
    put(attributes, MODEL, call.model());
    String operation = call.operation();
    return new EventSpan(
        new EventSpan.Identity(
            at.traceId(),
            ids.callee(at.traceId(), at.spanId()),
            at.spanId(),
            DEBATE,
            resources.agent(agent)),
        operation == null || operation.isEmpty() ? "call" : text(operation),
        SpanKind.SERVER,
        end - call.durationNanos(),
        end,
        attributes.build(),
        status,
        List.of());
  }

  List<SpanData> elo(Event event, EloUpdated elo, TraceContext at, long end) {
    AttributesBuilder attributes =
        Attributes.builder().put(AGENT, text(elo.agent())).put("elo.rating", elo.rating());
    put(attributes, doubleKey("elo.previous_rating"), elo.previousRating());
    put(attributes, DEBATE_ID, elo.debateId());
    put(attributes, stringKey("debate.domain"), elo.domain());
    // Its context may be the operation that it happened in: never take that span's id.
    String above = at.carried() && event.parentSpanId() == null ? at.spanId() : at.parentSpanId();
    String own =
        at.carried() && event.parentSpanId() == null
            ? ids.event(event.source(), event.id()).spanId()
            : at.spanId();
    return List.of(
        new EventSpan(
            new EventSpan.Identity(
                at.traceId(), own, above, DEBATE, resources.aragora(event.source())),
            "debate.elo_update",
            SpanKind.INTERNAL,
            end,
            end,
            Attributes.of(AGENT, text(elo.agent())),
            StatusData.unset(),
            List.of(EventData.create(end, "elo.updated", attributes.build()))));
  }

  private StatusData status(@Nullable String error) {
    return error == null || error.isEmpty()
        ? StatusData.error()
        : StatusData.create(StatusCode.ERROR, text(error));
  }

  private void put(AttributesBuilder to, AttributeKey<String> key, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      to.put(key, text(value));
    }
  }

  private static void put(AttributesBuilder to, AttributeKey<Long> key, @Nullable Long value) {
    if (value != null) {
      to.put(key, value);
    }
  }

  private static void put(AttributesBuilder to, AttributeKey<Double> key, @Nullable Double value) {
    if (value != null) {
      to.put(key, value);
    }
  }

  /** Redacted first, so that no secret escapes by being cut in two. */
  private String text(String value) {
    String clean = redactor.text(value);
    return clean.length() <= MAX_TEXT ? clean : clean.substring(0, MAX_TEXT) + "…";
  }
}
