package org.aragora.telemetry.exporter.logs;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.aragora.telemetry.exporter.core.DebateLog;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.jspecify.annotations.Nullable;

/** Which events are worth a line, and what it says. */
final class DomainLines {

  private DomainLines() {}

  /** The line of an event, null where it has none. */
  static @Nullable Line of(Event event, DebateLog.@Nullable Start start) {
    EventData data = event.data();
    if (data instanceof LogEmitted log) {
      return new Line(
          log.level(),
          log.logger(),
          log.message(),
          log.module(),
          log.function(),
          log.line(),
          log.requestId(),
          log.userId(),
          log.debateId(),
          log.fields());
    }
    if (data instanceof DebateCompleted debate) {
      return debate(event, debate, start);
    }
    if (data instanceof AgentCallCompleted call && call.status() != CallStatus.SUCCESS) {
      return call(event, call);
    }
    if (data instanceof RequestCompleted request && request.status() >= 500) {
      return request(event, request);
    }
    return data instanceof EloUpdated elo ? elo(event, elo) : null;
  }

  private static Line debate(Event event, DebateCompleted debate, DebateLog.@Nullable Start start) {
    String outcome = debate.outcome().name().toLowerCase(Locale.ROOT);
    LogLevel level =
        switch (debate.outcome()) {
          case CONSENSUS, NO_CONSENSUS, CANCELLED -> LogLevel.INFO;
          case TIMEOUT -> LogLevel.WARNING;
          case ERROR -> LogLevel.ERROR;
        };
    Map<String, @Nullable Object> fields = fields(event);
    fields.put("outcome", outcome);
    fields.put("duration_seconds", seconds(debate.durationNanos()));
    put(fields, "rounds", debate.rounds());
    put(fields, "confidence", debate.confidence());
    put(fields, "domain", domain(debate, start));
    put(fields, "error", debate.error());
    String message =
        "Debate "
            + debate.debateId()
            + " ended: "
            + outcome
            + " after "
            + seconds(debate.durationNanos())
            + " s";
    return Line.told(level, "aragora.debate", message, debate.debateId(), fields);
  }

  private static String domain(DebateCompleted debate, DebateLog.@Nullable Start start) {
    String domain = debate.domain();
    if ((domain == null || domain.isEmpty()) && start != null) {
      domain = start.domain();
    }
    return domain == null || domain.isEmpty() ? "general" : domain;
  }

  private static Line call(Event event, AgentCallCompleted call) {
    String status = call.status().name().toLowerCase(Locale.ROOT);
    Map<String, @Nullable Object> fields = fields(event);
    fields.put("agent", call.agent());
    fields.put("status", status);
    fields.put("duration_seconds", seconds(call.durationNanos()));
    put(fields, "error_type", call.errorType());
    put(fields, "operation", call.operation());
    put(fields, "model", call.model());
    put(fields, "round", call.round());
    put(fields, "call_id", call.callId());
    String cause = call.errorType() == null ? status : call.errorType();
    return Line.told(
        call.status() == CallStatus.TIMEOUT ? LogLevel.WARNING : LogLevel.ERROR,
        "aragora.agent",
        "Call of agent " + call.agent() + " failed: " + cause,
        call.debateId(),
        fields);
  }

  private static Line request(Event event, RequestCompleted request) {
    Map<String, @Nullable Object> fields = fields(event);
    fields.put("method", request.method());
    fields.put("endpoint", request.endpoint());
    fields.put("status", request.status());
    fields.put("duration_seconds", seconds(request.durationNanos()));
    return new Line(
        LogLevel.ERROR,
        "aragora.request",
        request.method() + " " + request.endpoint() + " was answered " + request.status(),
        null,
        null,
        null,
        request.requestId(),
        request.userId(),
        null,
        fields);
  }

  private static Line elo(Event event, EloUpdated elo) {
    Map<String, @Nullable Object> fields = fields(event);
    fields.put("agent", elo.agent());
    fields.put("rating", elo.rating());
    put(fields, "previous_rating", elo.previousRating());
    put(fields, "domain", elo.domain());
    return Line.told(
        LogLevel.INFO,
        "aragora.elo",
        "Rating of " + elo.agent() + " is now " + elo.rating(),
        elo.debateId(),
        fields);
  }

  private static Map<String, @Nullable Object> fields(Event event) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("event", event.type().typeName());
    return fields;
  }

  private static void put(
      Map<String, @Nullable Object> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private static BigDecimal seconds(long nanos) {
    BigDecimal seconds = BigDecimal.valueOf(nanos, 9).stripTrailingZeros();
    return seconds.scale() < 0 ? seconds.setScale(0) : seconds;
  }
}
