package org.aragora.telemetry.schemas.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes in UTF-8 that grow at their end; without strings in between. */
public final class Utf8Builder {
  private static final int FIRST_SIZE = 512;
  private static final boolean[] PLAIN = plain();
  private static final long[] TENS = tens();

  private byte[] bytes = new byte[FIRST_SIZE];
  private int size;

  private static boolean[] plain() {
    boolean[] plain = new boolean[0x80];
    Arrays.fill(plain, ' ', '~' + 1, true);
    plain['"'] = false;
    plain['\\'] = false;
    return plain;
  }

  private static long[] tens() {
    long[] tens = new long[19];
    tens[0] = 1;
    for (int i = 1; i < tens.length; i++) {
      tens[i] = tens[i - 1] * 10;
    }
    return tens;
  }

  /** Bytes so far. */
  public int size() {
    return size;
  }

  /** The last byte; there must be one. */
  public byte last() {
    return bytes[size - 1];
  }

  /** A copy of the bytes so far. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  private void reserve(int more) {
    if (more > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
    }
  }

  /** Appends an ASCII character. */
  public Utf8Builder append(char ascii) {
    reserve(1);
    bytes[size++] = (byte) ascii;
    return this;
  }

  /** Appends text that is ASCII. */
  @SuppressWarnings("deprecation") // which is exact for ASCII, and the fastest
  public Utf8Builder appendAscii(String text) {
    reserve(text.length());
    text.getBytes(0, text.length(), bytes, size);
    size += text.length();
    return this;
  }

  /**
   * Appends the characters from {@code from} to the first that JSON escapes or that is not
   * printable ASCII.
   *
   * @return index of that character, the length if there is none
   */
  public int appendPlain(String text, int from) {
    int length = text.length();
    reserve(length - from);
    byte[] target = bytes;
    int end = size;
    int i = from;
    for (; i < length; i++) {
      char c = text.charAt(i);
      if (c >= PLAIN.length || !PLAIN[c]) {
        break;
      }
      target[end++] = (byte) c;
    }
    size = end;
    return i;
  }

  /** Appends a code point, which must not be a surrogate. */
  public void appendCodePoint(int codePoint) {
    reserve(4);
    if (codePoint < 0x80) {
      bytes[size++] = (byte) codePoint;
    } else if (codePoint < 0x800) {
      bytes[size++] = (byte) (0xC0 | (codePoint >> 6));
      continuation(codePoint);
    } else if (codePoint < 0x10000) {
      bytes[size++] = (byte) (0xE0 | (codePoint >> 12));
      continuation(codePoint >> 6);
      continuation(codePoint);
    } else {
      bytes[size++] = (byte) (0xF0 | (codePoint >> 18));
      continuation(codePoint >> 12);
      continuation(codePoint >> 6);
      continuation(codePoint);
    }
  }

  private void continuation(int bits) {
    bytes[size++] = (byte) (0x80 | (bits & 0x3F));
  }

  /** Appends a number in decimal. */
  public Utf8Builder appendNumber(long number) {
    return number < 0 ? appendAscii(Long.toString(number)) : appendDigits(number, 1);
  }

  /** Appends a number of 0 or more in decimal, with zeros before it up to so many digits. */
  public Utf8Builder appendDigits(long number, int digits) {
    int length = digits;
    while (length < TENS.length && number >= TENS[length]) {
      length++;
    }
    reserve(length);
    long rest = number;
    for (int i = size + length - 1; i >= size; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += length;
    return this;
  }

  /** Appends a point and nine digits, less trailing zeros; nothing for 0. */
  public void appendFraction(int nanos) {
    if (nanos > 0) {
      append('.').appendDigits(nanos, 9);
      while (bytes[size - 1] == '0') {
        size--;
      }
    }
  }

  /** The text so far. */
  @Override
  public String toString() {
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }
}
