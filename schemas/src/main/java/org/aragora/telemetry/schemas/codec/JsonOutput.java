package org.aragora.telemetry.schemas.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.text.JsonText;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.schemas.text.Utf8Builder;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a JSON document, and whether a reader is certain to take what was written so far as
 * it is. The output is always valid: numbers are finite, a lone surrogate becomes U+FFFD, no object
 * has a name twice.
 */
final class JsonOutput {
  /** Objects around a field of {@code data}. */
  private static final int FIELDS_DEPTH = 2;

  private final Utf8Builder out = new Utf8Builder();
  private int depth;
  private boolean sure = true;

  /** The bytes so far. A part without its own method here is written there. */
  Utf8Builder bytes() {
    return out;
  }

  boolean isSure() {
    return sure;
  }

  /** Takes in if a rule is certain to be kept. */
  void check(boolean kept) {
    sure &= kept;
  }

  void begin() {
    depth++;
    out.append('{');
  }

  void end() {
    depth--;
    out.append('}');
  }

  /** The name of a field, which needs no escapes. */
  JsonOutput field(String name) {
    separate();
    out.append('"').appendAscii(name).append('"').append(':');
    return this;
  }

  private JsonOutput key(String name) {
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

  void string(String text) {
    sure &= JsonText.append(out, text);
  }

  /** Any value that a host holds, as the nearest that JSON has. */
  void value(@Nullable Object value) {
    if (value instanceof String text) {
      string(text);
    } else if (value == null || isTooMuch(value)) {
      out.appendAscii("null");
    } else if (value instanceof Map<?, ?> map) {
      // Only an outermost map is known to be a plain one, which has no name twice.
      sure &= depth == FIELDS_DEPTH && map.size() <= Bounds.MEMBERS;
      begin();
      byName(map).forEach((name, member) -> key(String.valueOf(name)).value(member));
      end();
    } else if (value instanceof List<?> list) {
      array(list);
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      boolean finite = Double.isFinite(number);
      // The double that is read for a float may be written in other digits.
      sure &= finite && value instanceof Double;
      out.appendAscii(finite ? value.toString() : "null");
    } else if (isPlain(value)) {
      sure &= !(value instanceof BigDecimal || value instanceof BigInteger);
      out.appendAscii(value.toString());
    } else {
      sure = false;
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
    sure &= depth == FIELDS_DEPTH && list.size() <= Bounds.ELEMENTS;
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
}
