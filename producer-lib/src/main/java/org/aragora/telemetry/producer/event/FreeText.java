package org.aragora.telemetry.producer.event;

/** Texts that people and models write: as long as they like, so they are cut, not refused. */
final class FreeText {
  /** Six bytes a character at worst: a cut text leaves more than half of a value's limit. */
  static final int MAX_CHARS = 65_536;

  private FreeText() {}

  /** The text, or its beginning and a mark that says how long it was. */
  static String cut(String text) {
    if (text.length() <= MAX_CHARS) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_CHARS - 1)) ? MAX_CHARS - 1 : MAX_CHARS;
    return text.substring(0, end) + "… [cut from " + text.length() + " characters]";
  }
}
