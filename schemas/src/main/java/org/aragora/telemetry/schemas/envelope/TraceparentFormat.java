package org.aragora.telemetry.schemas.envelope;

import java.util.Arrays;

/**
 * The form of W3C trace context (Recommendation of 23 November 2021, section 3.2). A text without
 * this form is treated as absent.
 */
public final class TraceparentFormat {
  private static final int LENGTH_OF_VERSION_0 = 55;

  /** Bound of later versions, which may append fields: the text becomes part of state. */
  private static final int MAX_LENGTH = 1_024;

  /** Value of each ASCII character as a lower case hex digit, -1 for none. */
  private static final byte[] DIGITS = digits();

  private TraceparentFormat() {}

  /** Writes a traceparent of version 00 from its parts in lower case hex. */
  public static String of(String traceId, String spanId, String flags) {
    return "00-" + traceId + "-" + spanId + "-" + flags;
  }

  /** The trace id of a valid traceparent: 32 hex digits. */
  public static String traceId(String traceparent) {
    return traceparent.substring(3, 35);
  }

  /** The span id of a valid traceparent: 16 hex digits. */
  public static String spanId(String traceparent) {
    return traceparent.substring(36, 52);
  }

  /** The sampled flag of a valid traceparent. */
  public static boolean isSampled(String traceparent) {
    return (DIGITS[traceparent.charAt(54)] & 1) == 1;
  }

  /** The sampled flag of a valid traceparent whose characters begin at an index of a value. */
  static boolean isSampled(byte[] value, int from) {
    return (DIGITS[value[from + 54] & 0x7F] & 1) == 1;
  }

  /**
   * Checks for version-traceid-parentid-flags in lower case hex; later versions may append fields,
   * up to 1,024 characters in all.
   */
  public static boolean isTraceparent(String text) {
    int length = text.length();
    if (length < LENGTH_OF_VERSION_0
        || length > MAX_LENGTH
        || !hex(text, 0, 2)
        || text.startsWith("ff")) {
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

  /** Checks for 16 lower case hex digits, not all 0. */
  public static boolean isSpanId(String text) {
    return text.length() == 16 && id(text, 0, 16);
  }

  private static boolean id(String text, int from, int to) {
    return bits(text, from, to) > 0;
  }

  private static boolean hex(String text, int from, int to) {
    return bits(text, from, to) >= 0;
  }

  /**
   * The digits' values or-ed together: 0 if all are 0, negative if one is not a digit. Free of
   * branches, because the processor mispredicts every other one on random digits.
   */
  private static int bits(String text, int from, int to) {
    int bits = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      bits |= DIGITS[c & 0x7F] | -(c >> 7);
    }
    return bits;
  }

  private static byte[] digits() {
    byte[] digits = new byte[128];
    Arrays.fill(digits, (byte) -1);
    for (int value = 0; value < 16; value++) {
      digits[Character.forDigit(value, 16)] = (byte) value;
    }
    return digits;
  }
}
