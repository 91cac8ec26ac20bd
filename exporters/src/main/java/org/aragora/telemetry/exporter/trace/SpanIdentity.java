package org.aragora.telemetry.exporter.trace;

import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.TraceparentFormat;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.jspecify.annotations.Nullable;

/**
 * Place of an event in a trace: from its {@code traceparent}, else derived from its ids. The codec
 * has removed invalid trace contexts.
 *
 * @param traceId 32 hex digits
 * @param spanId span of the operation, 16 hex digits
 * @param parentSpanId span above it, null for a root
 * @param carried true if the event has a {@code traceparent}
 * @param sampled the {@code traceparent}'s flag; false without one
 */
public record SpanIdentity(
    String traceId,
    String spanId,
    @Nullable String parentSpanId,
    boolean carried,
    boolean sampled) {

  /** Identity of an event's span. */
  public static SpanIdentity of(Event event, TraceIds ids) {
    SpanIdentity derived = derived(event, ids);
    String carried = event.traceparent();
    if (carried == null) {
      return derived;
    }
    // version-traceid-spanid-flags, all of fixed length
    String traceId = TraceparentFormat.traceId(carried);
    String spanId = TraceparentFormat.spanId(carried);
    boolean sampled = TraceparentFormat.isSampled(carried);
    String parent = event.parentSpanId();
    if (spanId.equals(parent)) {
      // A span is not its own parent: the event is read as if it named none.
      return new SpanIdentity(traceId, spanId, null, true, sampled);
    }
    if (parent == null && traceId.equals(derived.traceId())) {
      // The ids were made by our rule, so the derived parent is in the same trace.
      parent = spanId.equals(derived.parentSpanId()) ? null : derived.parentSpanId();
    }
    return new SpanIdentity(traceId, spanId, parent, true, sampled);
  }

  /** Identity of a span below this one. */
  public SpanIdentity child(String childSpanId) {
    return new SpanIdentity(traceId, childSpanId, spanId, carried, sampled);
  }

  /** The trace id alone, for less work than {@link #of}. */
  public static String traceId(Event event, TraceIds ids) {
    String carried = event.traceparent();
    return carried == null ? derived(event, ids).traceId() : TraceparentFormat.traceId(carried);
  }

  private static SpanIdentity derived(Event event, TraceIds ids) {
    return switch (event.type()) {
      case DEBATE_STARTED -> debate(((DebateStarted) event.data()).debateId(), ids);
      case DEBATE_COMPLETED -> debate(((DebateCompleted) event.data()).debateId(), ids);
      case ROUND_COMPLETED -> {
        RoundCompleted round = (RoundCompleted) event.data();
        TraceIds.Ids debate = ids.debate(round.debateId());
        String spanId = ids.round(round.debateId(), round.round());
        yield derived(debate.traceId(), spanId, debate.spanId());
      }
      case ELO_UPDATED -> inDebate(event, ((EloUpdated) event.data()).debateId(), null, ids);
      case AGENT_CALL_COMPLETED -> {
        AgentCallCompleted call = (AgentCallCompleted) event.data();
        yield inDebate(event, call.debateId(), call.round(), ids);
      }
      case LOG_EMITTED -> {
        LogEmitted log = (LogEmitted) event.data();
        String debateId = log.debateId();
        yield debateId == null || debateId.isEmpty()
            ? inRequest(event, log.requestId(), ids)
            : inDebate(event, debateId, null, ids);
      }
      case REQUEST_COMPLETED ->
          inRequest(event, ((RequestCompleted) event.data()).requestId(), ids);
      case WEBSOCKET_OPENED, WEBSOCKET_CLOSED, INSTANCE_HEARTBEAT, INSTANCE_STOPPED ->
          inRequest(event, null, ids);
    };
  }

  private static SpanIdentity derived(
      String traceId, String spanId, @Nullable String parentSpanId) {
    return new SpanIdentity(traceId, spanId, parentSpanId, false, false);
  }

  private static SpanIdentity debate(String debateId, TraceIds ids) {
    TraceIds.Ids debate = ids.debate(debateId);
    return derived(debate.traceId(), debate.spanId(), null);
  }

  private static SpanIdentity inDebate(
      Event event, @Nullable String debateId, @Nullable Long round, TraceIds ids) {
    if (debateId == null || debateId.isEmpty()) {
      return inRequest(event, null, ids);
    }
    TraceIds.Ids debate = ids.debate(debateId);
    String parent = round == null ? debate.spanId() : ids.round(debateId, round);
    return derived(debate.traceId(), ids.event(event.source(), event.id()).spanId(), parent);
  }

  /** Span of an event in the trace of its request; without a request, in a trace of its own. */
  private static SpanIdentity inRequest(Event event, @Nullable String requestId, TraceIds ids) {
    TraceIds.Ids own = ids.event(event.source(), event.id());
    return derived(
        requestId == null || requestId.isEmpty() ? own.traceId() : ids.request(requestId),
        own.spanId(),
        null);
  }
}
