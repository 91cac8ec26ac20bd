package org.aragora.telemetry.schemas.plain;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The strings of a value. Short ones that come again and again, such as sources and endpoints, are
 * kept: as many as there are places, one string a place. Strings that collide, also on purpose,
 * take each other's place and cost what they would cost without it.
 */
final class Texts {
  private static final int PLACE_BITS = 9;
  private static final int LONGEST = 64;

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = ONES << 7;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long SPACES = ONES * ' ';

  private final String[] kept = new String[1 << PLACE_BITS];
  private final @Nullable Words[] bytes = new Words[1 << PLACE_BITS];

  /** Hash of the string at each place, so that another one does not touch its bytes. */
  private final int[] hashes = new int[1 << PLACE_BITS];

  /** Hash of the string that last missed at each place: the second miss in a row is kept. */
  private final int[] missed = new int[1 << PLACE_BITS];

  private long high;

  /** Begins another value. */
  void reset() {
    high = 0;
  }

  /** Returns true if no string so far has a byte that is not ASCII. */
  boolean isAscii() {
    return (high & HIGHS) == 0;
  }

  /**
   * Index of the quote that ends the string whose first byte is at {@code from}, -1 if a byte
   * before it needs the full parser.
   */
  int end(byte[] value, int from) {
    int i = from;
    long words = 0;
    for (; i + 8 <= value.length; i += 8) {
      long word = Words.at(value, i);
      long quote = word ^ QUOTES;
      long backslash = word ^ BACKSLASHES;
      words |= word;
      // The lowest bit that is set is exact: a borrow only reaches bytes above a true one.
      long ends =
          (((quote - ONES) & ~quote)
                  | ((backslash - ONES) & ~backslash)
                  | ((word - SPACES) & ~word))
              & HIGHS;
      if (ends != 0) {
        high |= words;
        int end = i + (Long.numberOfTrailingZeros(ends) >>> 3);
        return value[end] == '"' ? end : -1;
      }
    }
    high |= words;
    for (; i < value.length; i++) {
      byte b = value[i];
      if (b == '"') {
        return i;
      }
      if (b == '\\' || (b >= 0 && b < ' ')) {
        return -1;
      }
      high |= b;
    }
    return -1;
  }

  /** The string of the bytes, which are UTF-8. */
  String get(byte[] value, int from, int to) {
    int length = to - from;
    if (length > LONGEST || length == 0) {
      return made(value, from, length);
    }
    int hash = hash(value, from, to);
    int place = hash >>> (Integer.SIZE - PLACE_BITS);
    Words known = hashes[place] == hash ? bytes[place] : null;
    if (known != null && known.length() == length && known.isAt(value, from)) {
      return kept[place];
    }
    String text = made(value, from, length);
    if (missed[place] == hash) {
      kept[place] = text;
      hashes[place] = hash;
      bytes[place] = new Words(Arrays.copyOfRange(value, from, to));
    }
    missed[place] = hash;
    return text;
  }

  private String made(byte[] value, int from, int length) {
    return new String(value, from, length, isAscii() ? ISO_8859_1 : UTF_8);
  }

  private static int hash(byte[] value, int from, int to) {
    long hash = (long) to - from;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      hash = (hash ^ Words.at(value, i)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    for (; i < to; i++) {
      hash = (hash ^ value[i]) * 0x9E3779B97F4A7C15L;
    }
    hash *= 0x9E3779B97F4A7C15L;
    return (int) (hash >>> 32);
  }
}
