package org.aragora.telemetry.schemas.codec;

import java.util.List;
import org.aragora.telemetry.schemas.text.Unicode;
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

  /** At most {@code length} code points, well-formed and without control characters. */
  static String shortened(String text, int length) {
    String cut = Unicode.cut(text, length);
    StringBuilder shown = new StringBuilder(Unicode.wellFormed(cut));
    for (int i = 0; i < shown.length(); i++) {
      if (Character.isISOControl(shown.charAt(i))) {
        shown.setCharAt(i, ' ');
      }
    }
    return cut.length() < text.length() ? shown.append('…').toString() : shown.toString();
  }
}
