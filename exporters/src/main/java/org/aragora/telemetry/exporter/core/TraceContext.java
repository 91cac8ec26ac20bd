package org.aragora.telemetry.exporter.core;

import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.jspecify.annotations.Nullable;

/**
 * Where an event stands in a trace: what it carries, else what its ids give. The codec has left out
 * what is no valid trace context.
 *
 * @param traceId 32 hex digits
 * @param spanId the operation's own span, 16 hex digits
 * @param parentSpanId the span above it, null for a root
 * @param carried whether the event has a {@code traceparent}
 * @param sampled the {@code traceparent}'s flag; false without one
 */
public record TraceContext(
    String traceId,
    String spanId,
    @Nullable String parentSpanId,
    boolean carried,
    boolean sampled) {

  /** As the codec gave it: version-traceid-spanid-flags, all of fixed length. */
  public static TraceContext of(Event event, TraceIds ids) {
    TraceIds.Ids own = derived(event, ids);
    String parent = parent(event.data(), ids);
    String carried = event.traceparent();
    if (carried == null) {
      return new TraceContext(own.traceId(), own.spanId(), parent, false, false);
    }
    String traceId = carriedTraceId(carried);
    String spanId = carried.substring(36, 52);
    boolean sampled = (Character.digit(carried.charAt(54), 16) & 1) == 1;
    String above = event.parentSpanId();
    if (above != null) {
      return new TraceContext(traceId, spanId, above, true, sampled);
    }
    // What is above is known only where the ids were made by our rule.
    boolean ours = traceId.equals(own.traceId());
    String derivedParent = ours && !spanId.equals(parent) ? parent : null;
    return new TraceContext(traceId, spanId, derivedParent, true, sampled);
  }

  /** The trace id alone, for less work than {@link #of}. */
  public static String traceId(Event event, TraceIds ids) {
    String carried = event.traceparent();
    return carried == null ? derived(event, ids).traceId() : carriedTraceId(carried);
  }

  private static String carriedTraceId(String traceparent) {
    return traceparent.substring(3, 35);
  }

  private static TraceIds.Ids derived(Event event, TraceIds ids) {
    EventData data = event.data();
    if (data instanceof DebateCompleted || data instanceof DebateStarted) {
      String debateId = data.key();
      return ids.debate(debateId == null ? "" : debateId);
    }
    if (data instanceof RoundCompleted round) {
      return new TraceIds.Ids(
          ids.debate(round.debateId()).traceId(), ids.round(round.debateId(), round.round()));
    }
    TraceIds.Ids own = ids.event(event.source(), event.id());
    String debateId = debateId(data);
    if (debateId != null) {
      return new TraceIds.Ids(ids.debate(debateId).traceId(), own.spanId());
    }
    String requestId = requestId(data);
    return requestId == null ? own : new TraceIds.Ids(ids.request(requestId), own.spanId());
  }

  private static @Nullable String parent(EventData data, TraceIds ids) {
    if (data instanceof AgentCallCompleted call
        && call.debateId() != null
        && call.round() != null) {
      return ids.round(call.debateId(), call.round());
    }
    if (data instanceof DebateCompleted || data instanceof DebateStarted) {
      return null;
    }
    String debateId = debateId(data);
    return debateId == null ? null : ids.debate(debateId).spanId();
  }

  /** The debate that an event belongs to, or null. */
  public static @Nullable String debateId(EventData data) {
    String id =
        data instanceof DebateStarted started
            ? started.debateId()
            : data instanceof RoundCompleted round
                ? round.debateId()
                : data instanceof DebateCompleted completed
                    ? completed.debateId()
                    : data instanceof EloUpdated elo
                        ? elo.debateId()
                        : data instanceof AgentCallCompleted call
                            ? call.debateId()
                            : data instanceof LogEmitted log ? log.debateId() : null;
    return id == null || id.isEmpty() ? null : id;
  }

  private static @Nullable String requestId(EventData data) {
    String id =
        data instanceof RequestCompleted request
            ? request.requestId()
            : data instanceof LogEmitted log ? log.requestId() : null;
    return id == null || id.isEmpty() ? null : id;
  }
}
