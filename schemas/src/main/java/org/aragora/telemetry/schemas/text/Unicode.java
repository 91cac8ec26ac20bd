package org.aragora.telemetry.schemas.text;

/**
 * Rules for strings. A string of Java may hold half a surrogate pair, which no UTF-8 can express:
 * the codec replaces it, and whatever cuts a string cuts between code points.
 */
public final class Unicode {
  private static final char REPLACEMENT = '\uFFFD';

  private Unicode() {}

  /** Returns true if every surrogate is half of a pair. */
  public static boolean isWellFormed(String text) {
    return loneSurrogate(text, 0) < 0;
  }

  /** The text with U+FFFD for each lone surrogate; the text itself if it has none. */
  public static String wellFormed(String text) {
    int lone = loneSurrogate(text, 0);
    if (lone < 0) {
      return text;
    }
    StringBuilder repaired = new StringBuilder(text);
    for (; lone >= 0; lone = loneSurrogate(text, lone + 1)) {
      repaired.setCharAt(lone, REPLACEMENT);
    }
    return repaired.toString();
  }

  private static int loneSurrogate(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  /** Returns true if the text has more than {@code codePoints} code points. */
  public static boolean isLongerThan(String text, int codePoints) {
    return text.length() > codePoints
        && (text.length() > 2L * codePoints || text.codePointCount(0, text.length()) > codePoints);
  }

  /** The first {@code codePoints} code points; the text itself if it has no more. */
  public static String cut(String text, int codePoints) {
    return isLongerThan(text, codePoints)
        ? text.substring(0, text.offsetByCodePoints(0, codePoints))
        : text;
  }

  /** The text without the byte order mark that editors put before it. */
  public static String withoutByteOrderMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }
}
