package org.aragora.telemetry.doctor.tap;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A field and the value that it must have.
 *
 * @param path name of a field of the data or, if it has none, of the envelope; nested by dots
 * @param value its text; numbers are compared as numbers, and one element of a list is enough
 */
record FieldTest(String path, String value) {

  /**
   * Reads {@code field=value}.
   *
   * @return null if it is not one
   */
  static @Nullable FieldTest parse(String text) {
    int sign = text.indexOf('=');
    return sign < 1 ? null : new FieldTest(text.substring(0, sign), text.substring(sign + 1));
  }

  /** Returns true if an event has the value. */
  boolean matches(Map<?, ?> event) {
    Object found = event.get("data") instanceof Map<?, ?> data ? find(data, path) : null;
    return isValue(found == null ? find(event, path) : found);
  }

  /** Finds the field; a name may contain dots, too. */
  private static @Nullable Object find(Map<?, ?> in, String path) {
    Object found = in.get(path);
    for (int dot = path.indexOf('.'); found == null && dot >= 0; dot = path.indexOf('.', dot + 1)) {
      if (in.get(path.substring(0, dot)) instanceof Map<?, ?> inner) {
        found = find(inner, path.substring(dot + 1));
      }
    }
    return found;
  }

  private boolean isValue(@Nullable Object found) {
    if (found instanceof Collection<?> list) {
      return list.stream().anyMatch(this::isValue);
    }
    if (found == null || found instanceof Map<?, ?>) {
      return false;
    }
    return found.toString().equals(value) || (found instanceof Number && isNumber(found));
  }

  private boolean isNumber(Object found) {
    try {
      return new BigDecimal(found.toString()).compareTo(new BigDecimal(value)) == 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
