package org.aragora.telemetry.schemas.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.WireNames;
import org.aragora.telemetry.schemas.text.Rfc3339;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.schemas.text.Utf8Builder;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON document without white space. The output is always valid: numbers are finite, a
 * lone surrogate becomes U+FFFD, no object has a name twice.
 */
final class JsonWriter implements FieldWriter {
  private static final String HEX = "0123456789abcdef";
  private static final long NANOS = 1_000_000_000L;

  private final Utf8Builder out = new Utf8Builder();
  private int depth;

  byte[] toBytes() {
    return out.toBytes();
  }

  JsonWriter begin() {
    depth++;
    out.append('{');
    return this;
  }

  JsonWriter begin(String field) {
    return field(field).begin();
  }

  JsonWriter end() {
    depth--;
    out.append('}');
    return this;
  }

  /** The name of a field, which needs no escapes. */
  private JsonWriter field(String name) {
    separate();
    out.append('"').appendAscii(name).append('"').append(':');
    return this;
  }

  private JsonWriter key(String name) {
    separate();
    string(name);
    out.append(':');
    return this;
  }

  private void separate() {
    if (out.last() != '{') {
      out.append(',');
    }
  }

  @Override
  public JsonWriter name(String field, @Nullable String value) {
    return value == null || value.isEmpty() ? this : text(field, value);
  }

  @Override
  public JsonWriter text(String field, @Nullable String value) {
    if (value != null) {
      field(field).string(value);
    }
    return this;
  }

  /** A text of ours: ASCII without anything to escape. */
  JsonWriter constant(String field, String value) {
    field(field);
    out.append('"').appendAscii(value).append('"');
    return this;
  }

  JsonWriter time(String field, @Nullable Instant value) {
    if (value != null) {
      field(field);
      out.append('"');
      Rfc3339.append(out, value);
      out.append('"');
    }
    return this;
  }

  @Override
  public JsonWriter integer(String field, @Nullable Long value) {
    if (value != null) {
      field(field);
      out.appendNumber(value);
    }
    return this;
  }

  @Override
  public JsonWriter seconds(String field, @Nullable Long nanos) {
    if (nanos != null) {
      field(field);
      long value = nanos;
      if (value < 0 && value > -NANOS) {
        out.append('-');
      }
      out.appendNumber(value / NANOS).appendFraction((int) Math.abs(value % NANOS));
    }
    return this;
  }

  @Override
  public JsonWriter number(String field, @Nullable Double value) {
    if (value != null) {
      field(field).value(value);
    }
    return this;
  }

  @Override
  public <E extends Enum<E>> JsonWriter oneOf(String field, WireNames<E> names, E value) {
    return constant(field, names.of(value));
  }

  @Override
  public JsonWriter texts(String field, List<String> values) {
    field(field).value(values);
    return this;
  }

  @Override
  public JsonWriter counts(String field, Map<String, Long> values) {
    field(field).value(new TreeMap<>(values));
    return this;
  }

  @Override
  public JsonWriter object(String field, @Nullable Map<String, @Nullable Object> value) {
    if (value != null) {
      field(field).value(value);
    }
    return this;
  }

  private void value(@Nullable Object value) {
    if (value == null || isTooMuch(value)) {
      out.appendAscii("null");
    } else if (value instanceof Map<?, ?> map) {
      begin();
      byName(map).forEach((name, member) -> key(String.valueOf(name)).value(member));
      end();
    } else if (value instanceof List<?> list) {
      array(list);
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      out.appendAscii(Double.isFinite(number) ? value.toString() : "null");
    } else if (isPlain(value)) {
      out.appendAscii(value.toString());
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
        && (depth >= JsonReader.MAX_DEPTH || out.size() > EventCodec.MAX_VALUE_BYTES);
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
    int i = out.appendPlain(text, 0);
    while (i < text.length()) {
      int c = text.codePointAt(i);
      if (c < ' ' || c == '"' || c == '\\') {
        escape((char) c);
      } else {
        boolean lone = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        out.appendCodePoint(lone ? '\uFFFD' : c);
      }
      i = out.appendPlain(text, i + Character.charCount(c));
    }
    out.append('"');
  }

  private void escape(char c) {
    switch (c) {
      case '"', '\\' -> out.append('\\').append(c);
      case '\n' -> out.appendAscii("\\n");
      case '\r' -> out.appendAscii("\\r");
      case '\t' -> out.appendAscii("\\t");
      default -> out.appendAscii("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xF));
    }
  }
}
