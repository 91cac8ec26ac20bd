package org.aragora.telemetry.schemas.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes in UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing over U+10FFFF,
 * no sequence cut short.
 */
public final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long LOW_BITS = 0x0101010101010101L;

  private Utf8() {}

  /**
   * Encodes a string, each in bytes of its own. Java's encoder writes a question mark for a lone
   * surrogate, so that two strings would share their bytes.
   *
   * @throws IllegalArgumentException if the string has a lone surrogate
   */
  public static byte[] encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (contains(bytes, '?') && !Unicode.isWellFormed(text)) {
      throw new IllegalArgumentException("a string with a lone surrogate has no form in UTF-8");
    }
    return bytes;
  }

  /** Returns true if the ASCII character is among the bytes. */
  public static boolean contains(byte[] bytes, char ascii) {
    long pattern = LOW_BITS * ascii;
    int i = 0;
    for (; i + 8 <= bytes.length; i += 8) {
      long zeroWhereEqual = (long) LONGS.get(bytes, i) ^ pattern;
      if (((zeroWhereEqual - LOW_BITS) & ~zeroWhereEqual & HIGH_BITS) != 0) {
        return true;
      }
    }
    for (; i < bytes.length; i++) {
      if (bytes[i] == ascii) {
        return true;
      }
    }
    return false;
  }

  /** The bytes without a byte order mark before them; the same array if there is none. */
  public static byte[] withoutByteOrderMark(byte[] bytes) {
    boolean marked =
        bytes.length >= 3
            && bytes[0] == (byte) 0xEF
            && bytes[1] == (byte) 0xBB
            && bytes[2] == (byte) 0xBF;
    return marked ? Arrays.copyOfRange(bytes, 3, bytes.length) : bytes;
  }

  /**
   * At most the first {@code most} bytes: a sequence that the limit would split is left out. Bytes
   * that are not UTF-8 are cut at the limit.
   */
  public static byte[] cut(byte[] bytes, int most) {
    if (bytes.length <= most) {
      return bytes;
    }
    for (int start = most - 1; start >= Math.max(0, most - 3); start--) {
      if ((bytes[start] & 0xC0) != 0x80) {
        return Arrays.copyOf(bytes, start + sequenceLength(bytes, start) > most ? start : most);
      }
    }
    return Arrays.copyOf(bytes, most);
  }

  /** Index of the first byte that breaks the rules, -1 if there is none. */
  public static int firstError(byte[] bytes) {
    int i = 0;
    while (i < bytes.length) {
      if (i + 8 <= bytes.length && ((long) LONGS.get(bytes, i) & HIGH_BITS) == 0) {
        i += 8;
        continue;
      }
      int length = sequenceLength(bytes, i);
      if (length == 0) {
        return i;
      }
      i += length;
    }
    return -1;
  }

  /** Bytes of the sequence at {@code i}, 0 if it is none; table 3-7 of the Unicode standard. */
  private static int sequenceLength(byte[] bytes, int i) {
    int lead = bytes[i] & 0xFF;
    if (lead < 0x80) {
      return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
      return 0;
    }
    if (lead < 0xE0) {
      return continuation(bytes, i + 1, 0x80, 0xBF) ? 2 : 0;
    }
    int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    int length = lead < 0xF0 ? 3 : 4;
    boolean valid =
        continuation(bytes, i + 1, low, high)
            && continuation(bytes, i + 2, 0x80, 0xBF)
            && (length == 3 || continuation(bytes, i + 3, 0x80, 0xBF));
    return valid ? length : 0;
  }

  private static boolean continuation(byte[] bytes, int i, int low, int high) {
    return i < bytes.length && (bytes[i] & 0xFF) >= low && (bytes[i] & 0xFF) <= high;
  }
}
