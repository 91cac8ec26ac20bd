package org.aragora.telemetry.exporter.logs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line as compact JSON with the user's fields, all redacted. If the line is over Loki's
 * limit, it drops the fields, then cuts the message, and marks the line as cut. Thread-safe.
 */
final class LineWriter {

  /** Loki's max_line_size, with the structured metadata that newer versions add to it. */
  static final int MAX_BYTES = 256 * 1024;

  private static final int METADATA_RESERVE = 4 * 1024;
  private static final int MAX_NAME_CHARS = 512;
  private static final int LINE_BYTES = 512;
  private static final String CUT = "…[cut]";
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final JsonFactory json = new JsonFactory();
  private final Redactor redactor;

  /** Text of the last second; the next line mostly is of the same one. */
  private volatile Second lastSecond = new Second(Long.MIN_VALUE, "");

  private record Second(long epochSecond, String text) {}

  LineWriter(Redactor redactor) {
    this.redactor = redactor;
  }

  /**
   * Times of a line.
   *
   * @param line time of its entry
   * @param skewed the event's own time if its clock runs ahead
   */
  record Times(Instant line, @Nullable Instant skewed) {}

  /** Writes a line with the metadata of its entry. */
  byte[] write(Line line, Times times, LogEntry.Metadata metadata) {
    Head head = new Head(line, times, metadata);
    String message = redactor.text(line.message());
    int limit = MAX_BYTES - METADATA_RESERVE;
    byte[] whole = json(head, message, Form.WHOLE);
    if (whole.length <= limit) {
      return whole;
    }
    byte[] withoutFields = json(head, message, Form.CUT);
    if (withoutFields.length <= limit) {
      return withoutFields;
    }
    int others = json(head, CUT, Form.CUT).length;
    return json(head, beginning(message, limit - others) + CUT, Form.CUT);
  }

  /** The longest beginning whose JSON form has at most the given number of bytes. */
  private static String beginning(String text, int bytes) {
    int at = 0;
    int used = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      used += jsonBytes(codePoint);
      if (used > bytes) {
        break;
      }
      at += Character.charCount(codePoint);
    }
    return text.substring(0, at);
  }

  private static int jsonBytes(int codePoint) {
    if (codePoint < 0x20) {
      return "\b\t\n\f\r".indexOf(codePoint) >= 0 ? 2 : 6;
    }
    if (codePoint < 0x80) {
      return codePoint == '"' || codePoint == '\\' ? 2 : 1;
    }
    if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x10000 ? 3 : 12; // a pair of escapes
  }

  /** Everything of a line but its message. */
  private record Head(Line line, Times times, LogEntry.Metadata metadata) {}

  /** A cut line has no fields. */
  private enum Form {
    WHOLE,
    CUT
  }

  private byte[] json(Head head, String message, Form form) {
    Line line = head.line();
    ByteArrayOutputStream buffer = new ByteArrayOutputStream(LINE_BYTES);
    try (JsonGenerator out = json.createGenerator(buffer)) {
      out.writeStartObject();
      out.writeStringField("timestamp", timestamp(head.times().line()));
      if (head.times().skewed() != null) {
        out.writeStringField("event_time", head.times().skewed().toString());
      }
      out.writeStringField("level", line.level().name());
      out.writeStringField("logger", cut(redactor.name(line.logger())));
      out.writeStringField("message", message);
      if (line.source() != null) {
        source(out, line.source());
      }
      out.writeStringField("trace_id", head.metadata().traceId());
      text(out, "request_id", head.metadata().requestId());
      text(out, "user_id", head.metadata().userId());
      text(out, "debate_id", redactor.textOrNull(line.ids().debateId()));
      Map<String, @Nullable Object> fields = line.fields();
      if (form == Form.CUT) {
        out.writeBooleanField("cut", true);
      } else if (fields != null && !fields.isEmpty()) {
        out.writeFieldName("fields");
        value(out, redactor.field("", fields));
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("Writing to memory failed.", e);
    }
    return buffer.toByteArray();
  }

  private void source(JsonGenerator out, Line.Source source) throws IOException {
    String module = source.module();
    text(out, "module", module == null ? null : redactor.name(module));
    String function = source.function();
    text(out, "function", function == null ? null : redactor.name(function));
    if (source.line() != null) {
      out.writeNumberField("line", source.line());
    }
  }

  private static void text(JsonGenerator out, String name, @Nullable String clean)
      throws IOException {
    if (clean != null && !clean.isEmpty()) {
      out.writeStringField(name, cut(clean));
    }
  }

  /** Formats a time by RFC 3339, in UTC with six digits of a second. */
  private String timestamp(Instant time) {
    Second second = lastSecond;
    if (time.getEpochSecond() != second.epochSecond()) {
      second = new Second(time.getEpochSecond(), SECONDS.format(time) + ".");
      lastSecond = second;
    }
    String micros = Integer.toString(1_000_000 + time.getNano() / 1000);
    return second.text() + micros.substring(1) + "Z";
  }

  /** Redacts a name that is repeated often. */
  String redacted(String value) {
    return redactor.name(value);
  }

  /** Redacts a short text, then cuts it. */
  String name(String value) {
    return cut(redactor.text(value));
  }

  private static String cut(String clean) {
    return Unicode.isLongerThan(clean, MAX_NAME_CHARS)
        ? Unicode.cut(clean, MAX_NAME_CHARS) + CUT
        : clean;
  }

  private static void value(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.writeFieldName(String.valueOf(entry.getKey()));
        value(out, entry.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof Collection<?> list) {
      out.writeStartArray();
      for (Object each : list) {
        value(out, each);
      }
      out.writeEndArray();
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (value instanceof BigDecimal decimal) {
      out.writeNumber(decimal);
    } else if (value instanceof Double real) {
      out.writeNumber(real);
    } else if (value instanceof Number number) {
      out.writeNumber(number.longValue());
    } else {
      out.writeString(value.toString());
    }
  }
}
