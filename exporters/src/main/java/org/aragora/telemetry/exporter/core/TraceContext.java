package org.aragora.telemetry.exporter.core;

import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.Event;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.jspecify.annotations.Nullable;

/**
 * Where an event stands in a trace: what it carries, else what its ids give.
 *
 * @param traceId 32 hex digits
 * @param spanId the operation's own span, 16 hex digits
 * @param parentSpanId the span above it, null for a root
 * @param carried whether the event has a valid {@code traceparent}
 * @param sampled the {@code traceparent}'s flag; false without one
 */
public record TraceContext(
    String traceId,
    String spanId,
    @Nullable String parentSpanId,
    boolean carried,
    boolean sampled) {

  private static final int LENGTH = 55;

  /** Never fails: a malformed {@code traceparent} counts as none. */
  public static TraceContext of(Event event, TraceIds ids) {
    TraceIds.Ids own = derived(event, ids);
    String parent = parent(event.data(), ids);
    String carried = event.traceparent();
    if (carried == null || !isTraceparent(carried)) {
      return new TraceContext(own.traceId(), own.spanId(), parent, false, false);
    }
    String traceId = carried.substring(3, 35);
    String spanId = carried.substring(36, 52);
    boolean sampled = (Character.digit(carried.charAt(54), 16) & 1) == 1;
    String above = event.parentSpanId();
    if (above != null && isHex(above, 0, 16) && !isZero(above, 0, 16)) {
      return new TraceContext(traceId, spanId, above, true, sampled);
    }
    // What is above is known only where the ids were made by our rule.
    boolean ours = traceId.equals(own.traceId());
    String derivedParent = ours && !spanId.equals(parent) ? parent : null;
    return new TraceContext(traceId, spanId, derivedParent, true, sampled);
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

  private static boolean isTraceparent(String value) {
    return (value.length() == LENGTH || (value.length() > LENGTH && value.charAt(LENGTH) == '-'))
        && isHex(value, 0, 2)
        && !value.startsWith("ff")
        && (value.length() == LENGTH || !value.startsWith("00"))
        && value.charAt(2) == '-'
        && isHex(value, 3, 35)
        && !isZero(value, 3, 35)
        && value.charAt(35) == '-'
        && isHex(value, 36, 52)
        && !isZero(value, 36, 52)
        && value.charAt(52) == '-'
        && isHex(value, 53, 55);
  }

  private static boolean isHex(String value, int from, int to) {
    if (value.length() < to) {
      return false;
    }
    for (int i = from; i < to; i++) {
      char c = value.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(String value, int from, int to) {
    for (int i = from; i < to; i++) {
      if (value.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }
}
