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
import org.aragora.telemetry.exporter.core.Redactor;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line as compact JSON with the user's fields, everything redacted, and cuts what is over
 * Loki's limit: first the fields, then the message, with a mark that says so. Safe for use by
 * several threads.
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

  /** The second that was written last, because the next line mostly is of the same one. */
  private volatile Second lastSecond = new Second(Long.MIN_VALUE, "");

  private record Second(long epochSecond, String text) {}

  /** What a line has beside its text, ready to be written. */
  private record Head(
      String timestamp, String traceId, @Nullable String requestId, @Nullable String userId) {}

  LineWriter(Redactor redactor) {
    this.redactor = redactor;
  }

  /**
   * @param requestId of the line, as {@link #name} gives it, null without
   * @param userId of the line, as {@link #name} gives it, null without
   */
  byte[] write(
      Line line,
      Instant time,
      String traceId,
      @Nullable String requestId,
      @Nullable String userId) {
    Head head = new Head(timestamp(time), traceId, requestId, userId);
    String message = redactor.text(line.message());
    int limit = MAX_BYTES - METADATA_RESERVE;
    byte[] whole = json(line, head, message, true, false);
    if (whole.length <= limit) {
      return whole;
    }
    byte[] withoutFields = json(line, head, message, false, true);
    if (withoutFields.length <= limit) {
      return withoutFields;
    }
    // What is escaped takes up to six bytes a character: keep as many characters as surely fit.
    int surplus = withoutFields.length - limit;
    int kept = Math.max(limit / 12, message.length() - surplus - CUT.length());
    while (true) {
      byte[] cut = json(line, head, beginning(message, kept) + CUT, false, true);
      if (cut.length <= limit || kept == 0) {
        return cut;
      }
      kept /= 2;
    }
  }

  private byte[] json(Line line, Head head, String message, boolean fields, boolean cut) {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream(LINE_BYTES);
    try (JsonGenerator out = json.createGenerator(buffer)) {
      out.writeStartObject();
      out.writeStringField("timestamp", head.timestamp());
      out.writeStringField("level", line.level().name());
      out.writeStringField("logger", cut(redactor.name(line.logger())));
      out.writeStringField("message", message);
      String module = line.module();
      text(out, "module", module == null ? null : redactor.name(module));
      String function = line.function();
      text(out, "function", function == null ? null : redactor.name(function));
      if (line.line() != null) {
        out.writeNumberField("line", line.line());
      }
      out.writeStringField("trace_id", head.traceId());
      text(out, "request_id", head.requestId());
      text(out, "user_id", head.userId());
      text(out, "debate_id", redactor.textOrNull(line.debateId()));
      Map<String, @Nullable Object> rest = line.fields();
      if (fields && rest != null && !rest.isEmpty()) {
        out.writeFieldName("fields");
        value(out, redactor.field("", rest));
      }
      if (cut) {
        out.writeBooleanField("cut", true);
      }
      out.writeEndObject();
    } catch (IOException inMemory) {
      throw new IllegalStateException("Writing to memory failed.", inMemory);
    }
    return buffer.toByteArray();
  }

  private void text(JsonGenerator out, String name, @Nullable String clean) throws IOException {
    if (clean != null && !clean.isEmpty()) {
      out.writeStringField(name, cut(clean));
    }
  }

  /** RFC 3339 in UTC with six digits of a second. */
  private String timestamp(Instant time) {
    Second second = lastSecond;
    if (time.getEpochSecond() != second.epochSecond()) {
      second = new Second(time.getEpochSecond(), SECONDS.format(time) + ".");
      lastSecond = second;
    }
    String micros = Integer.toString(1_000_000 + time.getNano() / 1000);
    return second.text() + micros.substring(1) + "Z";
  }

  /** A short text: redacted, then cut. */
  String name(String value) {
    return cut(redactor.text(value));
  }

  private static String cut(String clean) {
    return clean.length() <= MAX_NAME_CHARS ? clean : beginning(clean, MAX_NAME_CHARS) + CUT;
  }

  private static String beginning(String text, int chars) {
    int end = Math.min(text.length(), Math.max(0, chars));
    if (end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
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
