package org.aragora.telemetry.schemas.text;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A JSON number by its text, read exactly. All work is on the digits themselves, in time linear in
 * the text, so that {@code 1e999999999} and a million digits cost what other text costs.
 */
public final class JsonNumber {
  private static final int EXPONENT_LIMIT = 1_000_000_000;
  private static final int PLAIN_LENGTH = 15;
  private static final int DECIMAL_LIMIT = 1_000;
  private static final long NANOS = 1_000_000_000L;

  private final String text;

  /** Index of the first and the last digit that is not 0; first is -1 for zero. */
  private int first = -1;

  private int last = -1;

  /** The value is 0.d1d2d3… × 10^magnitude, d1 being the first digit that is not 0. */
  private int magnitude;

  /** Takes text that is a number by JSON's grammar. */
  public JsonNumber(String text) {
    this.text = text;
    int point = -1;
    int end = text.length();
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c == '.') {
        point = i;
      } else if (c == 'e' || c == 'E') {
        end = i;
      } else if (c >= '1' && c <= '9') {
        first = first < 0 ? i : first;
        last = i;
      }
    }
    point = point < 0 ? end : point;
    magnitude = (first < point ? point - first : point + 1 - first) + exponent(end + 1);
  }

  /** The exponent written from {@code i} on, limited to a size that no valid value has. */
  private int exponent(int i) {
    if (i >= text.length()) {
      return 0;
    }
    boolean negative = text.charAt(i) == '-';
    int exponent = 0;
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        exponent = (int) Math.min(exponent * 10L + (c - '0'), EXPONENT_LIMIT);
      }
    }
    return negative ? -exponent : exponent;
  }

  private boolean isZero() {
    return first < 0;
  }

  /** Below zero; -0 is not. */
  private boolean isNegative() {
    return !isZero() && text.charAt(0) == '-';
  }

  /** The value, if it is integral (5.0 and 5e0 are) and a long; else null. */
  public @Nullable Long toLong() {
    if (isZero()) {
      return 0L;
    }
    int point = text.indexOf('.', first);
    int digits = last - first + 1 - (point >= 0 && point < last ? 1 : 0);
    if (digits > magnitude || magnitude > 19) {
      return null;
    }
    try {
      long negated = 0;
      for (int i = first, n = 0; n < magnitude; i++) {
        if (i > last || text.charAt(i) != '.') {
          negated = Math.subtractExact(Math.multiplyExact(negated, 10L), digit(i));
          n++;
        }
      }
      return isNegative() ? negated : Math.negateExact(negated);
    } catch (ArithmeticException overflow) {
      return null;
    }
  }

  /**
   * The value as seconds in nanoseconds, half even past the ninth digit; null if it is not within
   * 0..1e9, of which the exact value decides.
   */
  public @Nullable Long toNanos() {
    if (isZero()) {
      return 0L;
    }
    if (isNegative() || magnitude > 10) {
      return null;
    }
    if (magnitude == 10) {
      boolean exactlyTheLimit = first == last && text.charAt(first) == '1';
      return exactlyTheLimit ? Long.valueOf(NANOS * NANOS) : null;
    }
    int wanted = magnitude + 9;
    if (wanted < 0) {
      return 0L;
    }
    long nanos = 0;
    int i = first;
    for (int n = 0; n < wanted; i++) {
      if (i > last || text.charAt(i) != '.') {
        nanos = nanos * 10 + digit(i);
        n++;
      }
    }
    return nanos + roundUp(i, (nanos & 1) == 1);
  }

  /** 1 if the digits from {@code i} on are over one half, or one half beside an odd digit. */
  private int roundUp(int i, boolean odd) {
    int next = i <= last && text.charAt(i) == '.' ? i + 1 : i;
    int digit = digit(next);
    return digit > 5 || (digit == 5 && (next < last || odd)) ? 1 : 0;
  }

  /** Compares the exact value with an integer of 1 or more. */
  public int compareTo(long integer) {
    String digits = Long.toString(integer);
    if (isZero() || isNegative() || magnitude != digits.length()) {
      return isZero() || isNegative() || magnitude < digits.length() ? -1 : 1;
    }
    for (int i = first, n = 0; i <= last || n < digits.length(); i++) {
      if (i > last || text.charAt(i) != '.') {
        int other = n < digits.length() ? digits.charAt(n) - '0' : 0;
        if (digit(i) != other) {
          return Integer.compare(digit(i), other);
        }
        n++;
      }
    }
    return 0;
  }

  private int digit(int i) {
    return i > last ? 0 : text.charAt(i) - '0';
  }

  /** The nearest double; infinite if there is none. */
  public double toDouble() {
    return Double.parseDouble(text);
  }

  /**
   * The value as a free field keeps it: Long, else a Double of the same value, else BigDecimal; the
   * text itself if a BigDecimal of it would be too costly.
   */
  public Object toObject() {
    boolean integral = text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
    Long exact = integral ? toLong() : null;
    if (exact != null) {
      return exact;
    }
    double nearest = toDouble();
    boolean plain = text.length() <= PLAIN_LENGTH && Math.abs(magnitude) < 300;
    if (isZero() || plain) {
      return nearest;
    }
    if (text.length() > DECIMAL_LIMIT || Math.abs(magnitude) > DECIMAL_LIMIT) {
      return text;
    }
    BigDecimal decimal = new BigDecimal(text);
    boolean same =
        Double.isFinite(nearest)
            && new BigDecimal(Double.toString(nearest)).compareTo(decimal) == 0;
    return same ? (Object) nearest : decimal;
  }

  @Override
  public String toString() {
    return text;
  }
}
