package org.aragora.telemetry.schemas.codec;

/**
 * The form of W3C trace context (Recommendation of 23 November 2021, section 3.2). What has not
 * this form is to be treated as if it were not there.
 */
final class TraceContext {
  private static final int LENGTH_OF_VERSION_0 = 55;

  private TraceContext() {}

  /** version-traceid-parentid-flags in lower case hex; later versions may append fields. */
  static boolean isTraceparent(String text) {
    int length = text.length();
    if (length < LENGTH_OF_VERSION_0 || !hex(text, 0, 2) || text.startsWith("ff")) {
      return false;
    }
    boolean end =
        length == LENGTH_OF_VERSION_0
            || (!text.startsWith("00") && text.charAt(LENGTH_OF_VERSION_0) == '-');
    return end
        && text.charAt(2) == '-'
        && id(text, 3, 35)
        && text.charAt(35) == '-'
        && id(text, 36, 52)
        && text.charAt(52) == '-'
        && hex(text, 53, 55);
  }

  /** 16 lower case hex digits, not all 0. */
  static boolean isSpanId(String text) {
    return text.length() == 16 && id(text, 0, 16);
  }

  private static boolean id(String text, int from, int to) {
    if (!hex(text, from, to)) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (text.charAt(i) != '0') {
        return true;
      }
    }
    return false;
  }

  private static boolean hex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }
}
