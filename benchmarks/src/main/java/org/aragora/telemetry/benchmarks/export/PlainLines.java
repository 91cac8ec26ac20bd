package org.aragora.telemetry.benchmarks.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.aragora.telemetry.exporter.logs.LogEntry;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.jspecify.annotations.Nullable;

/** Log events to lines as a logging layout does it: the same fields, nothing is taken out. */
final class PlainLines {
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final JsonFactory json = new JsonFactory();

  /** The line of a log event that has a time, a trace and a request. */
  PlainLine line(Event event) {
    LogEmitted log = (LogEmitted) event.data();
    Instant time = Objects.requireNonNull(event.time());
    String traceId = Objects.requireNonNull(event.traceparent()).substring(3, 35);
    StringWriter text = new StringWriter(512);
    try (JsonGenerator out = json.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("timestamp", MICROS.format(time));
      out.writeStringField("level", log.level().name());
      out.writeStringField("logger", log.logger());
      out.writeStringField("message", log.message());
      text(out, "module", log.module());
      text(out, "function", log.function());
      out.writeNumberField("line", Objects.requireNonNull(log.line()));
      out.writeStringField("trace_id", traceId);
      text(out, "request_id", log.requestId());
      text(out, "user_id", log.userId());
      text(out, "debate_id", log.debateId());
      out.writeObjectFieldStart("fields");
      for (Map.Entry<String, @Nullable Object> field :
          Objects.requireNonNull(log.fields()).entrySet()) {
        out.writeFieldName(field.getKey());
        if (field.getValue() instanceof Long number) {
          out.writeNumber(number);
        } else {
          out.writeString(String.valueOf(field.getValue()));
        }
      }
      out.writeEndObject();
      out.writeEndObject();
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
    return new PlainLine(
        new LogEntry.Stream(log.level().name(), event.instanceId(), event.type().topic().suffix(), 0),
        Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L) + time.getNano(),
        text.toString(),
        traceId,
        log.requestId(),
        log.userId());
  }

  private static void text(JsonGenerator out, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      out.writeStringField(name, value);
    }
  }
}
