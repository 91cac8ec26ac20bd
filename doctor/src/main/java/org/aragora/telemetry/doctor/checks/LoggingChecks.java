package org.aragora.telemetry.doctor.checks;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.aragora.telemetry.doctor.stack.LogTopic;
import org.aragora.telemetry.doctor.stack.LokiLines;
import org.aragora.telemetry.doctor.stack.NoAnswerException;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.field.LogLevel;

/** The four lines under "Logging": what instances write is read in Kafka, what arrived in Loki. */
public final class LoggingChecks {
  private static final String SEND_ONE =
      "Have an instance log through the producer library, or send a sample:"
          + " bin/telemetry emit, type ai.aragora.log.emitted.v1.";

  private final LogTopic topic;
  private final LokiLines loki;
  private final LogLevel lowest;

  public LoggingChecks(LogTopic topic, LokiLines loki, LogLevel lowest) {
    this.topic = topic;
    this.loki = loki;
    this.lowest = lowest;
  }

  public Finding jsonFormat() throws NoAnswerException, InterruptedException {
    List<LogTopic.Line> lines = topic.newest();
    for (LogTopic.Line line : lines) {
      if (line.decoded() instanceof Decoded.Invalid invalid) {
        return Finding.fail(
            "%s, %s is not a log event: %s"
                .formatted(topic.name(), line.place(), invalid.message()),
            "Find its writer; the processor has it among its dead letters.");
      }
    }
    return lines.isEmpty()
        ? nothingThere()
        : Finding.pass(
            "The newest %d records of %s are JSON log events."
                .formatted(lines.size(), topic.name()));
  }

  public Finding traceIdsPropagated() throws NoAnswerException, InterruptedException {
    List<Event> events = events();
    long traced = events.stream().filter(event -> event.traceparent() != null).count();
    if (events.isEmpty()) {
      return nothingThere();
    }
    String seen =
        "%d of the newest %d log events carry a trace id.".formatted(traced, events.size());
    return traced > 0
        ? Finding.pass(seen)
        : Finding.fail(
            seen,
            "Give the producer library the context of the operation that logs (traceparent).");
  }

  public Finding levelsAppropriate() throws NoAnswerException, InterruptedException {
    Map<LogLevel, Integer> levels = new EnumMap<>(LogLevel.class);
    for (Event event : events()) {
      if (event.data() instanceof LogEmitted log) {
        levels.merge(log.level(), 1, Integer::sum);
      }
    }
    if (levels.isEmpty()) {
      return nothingThere();
    }
    boolean tooLow = levels.keySet().stream().anyMatch(level -> level.compareTo(lowest) < 0);
    return tooLow
        ? Finding.fail(
            "The newest log events have the levels %s, and LOG_LEVEL is %s."
                .formatted(levels, lowest),
            "Set LOG_LEVEL of the instances; DEBUG is off in production. If they are meant to"
                + " be there, run this with their LOG_LEVEL.")
        : Finding.pass("Levels of the newest log events: " + levels + ".");
  }

  public Finding lokiIngesting() throws NoAnswerException, InterruptedException {
    Optional<Duration> age = loki.newestAge();
    return age.map(
            old ->
                Finding.pass(
                    "The newest line of %s is %d s old."
                        .formatted(loki.selector(), old.toSeconds())))
        .orElseGet(
            () ->
                Finding.fail(
                    "Loki answers, but has no line of %s from the last %d minutes."
                        .formatted(loki.selector(), LokiLines.lookback().toMinutes()),
                    "See /health/ready and the log of bin/telemetry export-logs, and whether"
                        + " anything is logged."));
  }

  private List<Event> events() throws NoAnswerException, InterruptedException {
    return topic.newest().stream()
        .map(LogTopic.Line::decoded)
        .filter(Decoded.Valid.class::isInstance)
        .map(valid -> ((Decoded.Valid) valid).event())
        .toList();
  }

  private Finding nothingThere() {
    return Finding.cannotTell("There is no log event in " + topic.name() + ".", SEND_ONE);
  }
}
