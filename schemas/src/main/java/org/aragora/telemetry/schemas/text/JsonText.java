package org.aragora.telemetry.schemas.text;

/** Strings as JSON writes them. */
public final class JsonText {
  private static final String HEX = "0123456789abcdef";

  private JsonText() {}

  /**
   * Appends a text in quotes, with U+FFFD for each lone surrogate.
   *
   * @return true if there was no lone surrogate, so that the text is read as it is
   */
  public static boolean append(Utf8Builder out, String text) {
    boolean wellFormed = true;
    out.append('"');
    int i = out.appendPlain(text, 0);
    while (i < text.length()) {
      int c = text.codePointAt(i);
      if (c < ' ' || c == '"' || c == '\\') {
        escape(out, (char) c);
      } else {
        boolean lone = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        wellFormed &= !lone;
        out.appendCodePoint(lone ? '\uFFFD' : c);
      }
      i = out.appendPlain(text, i + Character.charCount(c));
    }
    out.append('"');
    return wellFormed;
  }

  private static void escape(Utf8Builder out, char c) {
    switch (c) {
      case '"', '\\' -> out.append('\\').append(c);
      case '\n' -> out.appendAscii("\\n");
      case '\r' -> out.appendAscii("\\r");
      case '\t' -> out.appendAscii("\\t");
      default -> out.appendAscii("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xF));
    }
  }
}
