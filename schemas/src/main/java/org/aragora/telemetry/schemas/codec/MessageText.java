package org.aragora.telemetry.schemas.codec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values in the text of messages: short, on one line. */
final class MessageText {
  private static final int LENGTH = 40;

  private MessageText() {}

  /** A value as {@link JsonObject} holds it, such as {@code "GET"}, {@code -1} or an object. */
  static String value(@Nullable Object value) {
    if (value == null) {
      return "missing or null";
    }
    if (value instanceof String text) {
      return '"' + shortened(text, LENGTH) + '"';
    }
    if (value instanceof JsonObject) {
      return "an object";
    }
    if (value instanceof List<?>) {
      return "an array";
    }
    return shortened(value.toString(), LENGTH);
  }

  /** At most {@code length} characters and no control characters. */
  static String shortened(String text, int length) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(length, text.length()); i++) {
      char c = text.charAt(i);
      shown.append(Character.isISOControl(c) ? ' ' : c);
    }
    return text.length() > length ? shown.append('…').toString() : shown.toString();
  }
}
