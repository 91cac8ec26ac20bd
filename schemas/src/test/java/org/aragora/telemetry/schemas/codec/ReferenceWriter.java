package org.aragora.telemetry.schemas.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.Event.Sequence;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.WireNames;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/** The writer of an earlier release, by way of a string: the bytes that it wrote are the format. */
final class ReferenceWriter implements FieldWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();
  private static final long NANOS = 1_000_000_000L;

  private final StringBuilder out = new StringBuilder(512);
  private int depth;

  /** The value of an event. */
  static String text(Event event) {
    ReferenceWriter out = new ReferenceWriter();
    Sequence sequence = event.sequence();
    out.begin()
        .text("specversion", "1.0")
        .text("id", event.id())
        .text("source", event.source())
        .text("type", event.type().typeName())
        .time("time", event.time())
        .text("traceparent", event.traceparent())
        .text("parentspanid", event.parentSpanId())
        .text("epoch", sequence == null ? null : sequence.epoch());
    if (sequence != null) {
      out.integer("seq", sequence.seq(), 1, Bounds.SEQ);
    }
    out.begin("data");
    event.data().write(out);
    out.end().end();
    return out.out.toString();
  }

  ReferenceWriter begin() {
    depth++;
    out.append('{');
    return this;
  }

  ReferenceWriter begin(String field) {
    return key(field).begin();
  }

  ReferenceWriter end() {
    depth--;
    out.append('}');
    return this;
  }

  private ReferenceWriter key(String name) {
    if (out.charAt(out.length() - 1) != '{') {
      out.append(',');
    }
    string(name);
    out.append(':');
    return this;
  }

  @Override
  public ReferenceWriter name(String field, @Nullable String value) {
    return value == null || value.isEmpty() ? this : text(field, value);
  }

  @Override
  public ReferenceWriter text(String field, @Nullable String value) {
    if (value != null) {
      key(field).string(value);
    }
    return this;
  }

  ReferenceWriter time(String field, @Nullable Instant value) {
    if (value != null) {
      key(field);
      out.append('"');
      append(value);
      out.append('"');
    }
    return this;
  }

  @Override
  public ReferenceWriter integer(String field, long value, long min, long max) {
    key(field);
    out.append(value);
    return this;
  }

  @Override
  public ReferenceWriter seconds(String field, long nanos) {
    key(field);
    if (nanos < 0 && nanos > -NANOS) {
      out.append('-');
    }
    out.append(nanos / NANOS);
    appendFraction((int) Math.abs(nanos % NANOS));
    return this;
  }

  @Override
  public ReferenceWriter number(String field, double value) {
    key(field).value(value);
    return this;
  }

  @Override
  public <E extends Enum<E>> ReferenceWriter oneOf(String field, WireNames<E> names, E value) {
    return text(field, names.of(value));
  }

  @Override
  public ReferenceWriter labels(String field, List<String> values) {
    key(field).value(values);
    return this;
  }

  @Override
  public ReferenceWriter counts(String field, Map<String, Long> values) {
    key(field).value(new TreeMap<>(values));
    return this;
  }

  @Override
  public ReferenceWriter optionalObject(
      String field, @Nullable Map<String, @Nullable Object> value) {
    if (value != null) {
      key(field).value(value);
    }
    return this;
  }

  private void value(@Nullable Object value) {
    if (value == null || isTooMuch(value)) {
      out.append("null");
    } else if (value instanceof Map<?, ?> map) {
      begin();
      byName(map).forEach((name, member) -> key(String.valueOf(name)).value(member));
      end();
    } else if (value instanceof List<?> list) {
      array(list);
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      out.append(Double.isFinite(number) ? value : null);
    } else if (isPlain(value)) {
      out.append(value);
    } else {
      string(value.toString());
    }
  }

  /** The members by the names that are written; of two with one name, the last value stays. */
  private static Map<?, ?> byName(Map<?, ?> map) {
    boolean asWritten =
        map.keySet().stream()
            .allMatch(name -> name instanceof String text && Unicode.isWellFormed(text));
    if (asWritten) {
      return map;
    }
    Map<String, @Nullable Object> written = new LinkedHashMap<>();
    map.forEach((name, member) -> written.put(Unicode.wellFormed(String.valueOf(name)), member));
    return written;
  }

  /** Deeper than readers go or past what fits: a map that contains itself must have an end. */
  private boolean isTooMuch(Object value) {
    return (value instanceof Map<?, ?> || value instanceof List<?>)
        && (depth >= JsonReader.MAX_DEPTH || out.length() > EventCodec.MAX_VALUE_BYTES);
  }

  /** True if its {@code toString()} is JSON. */
  private static boolean isPlain(Object value) {
    return value instanceof Boolean
        || value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte
        || value instanceof BigDecimal
        || value instanceof BigInteger;
  }

  private void array(List<?> list) {
    depth++;
    out.append('[');
    for (int i = 0; i < list.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      value(list.get(i));
    }
    out.append(']');
    depth--;
  }

  private void string(String text) {
    out.append('"');
    int written = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c != '"' && c != '\\' && !Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      out.append(text, written, i);
      if (Character.isSurrogate(c)) {
        out.append('\uFFFD');
      } else {
        escape(c);
      }
      written = i + 1;
    }
    out.append(text, written, text.length()).append('"');
  }

  private void escape(char c) {
    switch (c) {
      case '"', '\\' -> out.append('\\').append(c);
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(HEX[c >> shift & 0xF]);
        }
      }
    }
  }

  private void append(Instant time) {
    LocalDateTime utc = LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC);
    if (utc.getYear() < 0 || utc.getYear() > 9999) {
      out.append(time);
      return;
    }
    pad(out, utc.getYear(), 1000);
    pad(out.append('-'), utc.getMonthValue(), 10);
    pad(out.append('-'), utc.getDayOfMonth(), 10);
    pad(out.append('T'), utc.getHour(), 10);
    pad(out.append(':'), utc.getMinute(), 10);
    pad(out.append(':'), utc.getSecond(), 10);
    appendFraction(time.getNano());
    out.append('Z');
  }

  private void appendFraction(int nanos) {
    if (nanos == 0) {
      return;
    }
    pad(out.append('.'), nanos, 100_000_000);
    int end = out.length();
    while (out.charAt(end - 1) == '0') {
      end--;
    }
    out.setLength(end);
  }

  private static void pad(StringBuilder out, int number, int unit) {
    for (; unit > 0; unit /= 10) {
      out.append((char) ('0' + number / unit % 10));
    }
  }
}
