package org.aragora.telemetry.exporter.logs;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.aragora.telemetry.exporter.backend.EventRecord;
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

/** Selects the events that become lines, and composes their content. */
final class DomainLines {

  private DomainLines() {}

  /**
   * The line of an event, null without one. The switch has no default branch, so that a new event
   * type does not compile until it is listed.
   */
  static @Nullable Line of(EventRecord record) {
    Event event = record.event();
    EventData data = event.data();
    return switch (event.type()) {
      case LOG_EMITTED -> log((LogEmitted) data);
      case DEBATE_COMPLETED -> debate(event, (DebateCompleted) data, record.start());
      case AGENT_CALL_COMPLETED -> {
        AgentCallCompleted call = (AgentCallCompleted) data;
        yield call.status() == CallStatus.SUCCESS ? null : call(event, call);
      }
      case REQUEST_COMPLETED -> {
        RequestCompleted request = (RequestCompleted) data;
        yield request.status() >= 500 ? request(event, request) : null;
      }
      case ELO_UPDATED -> elo(event, (EloUpdated) data);
      case DEBATE_STARTED,
          ROUND_COMPLETED,
          WEBSOCKET_OPENED,
          WEBSOCKET_CLOSED,
          INSTANCE_HEARTBEAT,
          INSTANCE_STOPPED ->
          null;
    };
  }

  private static Line log(LogEmitted log) {
    return new Line(
        log.level(),
        log.logger(),
        log.message(),
        new Line.Source(log.module(), log.function(), log.line()),
        new Line.Ids(log.requestId(), log.userId(), log.debateId()),
        log.fields());
  }

  private static Line debate(Event event, DebateCompleted debate, @Nullable DebateStart start) {
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
    put(fields, "domain", DebateStart.domain(debate, start));
    put(fields, "error", debate.error());
    String message =
        "Debate %s ended: %s after %s s"
            .formatted(debate.debateId(), outcome, seconds(debate.durationNanos()));
    return new Line(
        level, "aragora.debate", message, null, Line.Ids.ofDebate(debate.debateId()), fields);
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
    return new Line(
        call.status() == CallStatus.TIMEOUT ? LogLevel.WARNING : LogLevel.ERROR,
        "aragora.agent",
        "Call of agent %s failed: %s"
            .formatted(call.agent(), call.errorType() == null ? status : call.errorType()),
        null,
        Line.Ids.ofDebate(call.debateId()),
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
        "%s %s was answered %s".formatted(request.method(), request.endpoint(), request.status()),
        null,
        new Line.Ids(request.requestId(), request.userId(), null),
        fields);
  }

  private static Line elo(Event event, EloUpdated elo) {
    Map<String, @Nullable Object> fields = fields(event);
    fields.put("agent", elo.agent());
    fields.put("rating", elo.rating());
    put(fields, "previous_rating", elo.previousRating());
    put(fields, "domain", elo.domain());
    return new Line(
        LogLevel.INFO,
        "aragora.elo",
        "Rating of %s is now %s".formatted(elo.agent(), elo.rating()),
        null,
        Line.Ids.ofDebate(elo.debateId()),
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
