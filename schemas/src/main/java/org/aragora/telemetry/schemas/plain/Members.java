package org.aragora.telemetry.schemas.plain;

import java.util.Arrays;

/**
 * The members of one object: where the values of its {@link Names} are. It reads strict JSON and
 * gives up, with -1, on escapes, exponents, signs, long numbers and what nests deeper.
 */
final class Members {
  /** Kinds of values. */
  static final byte ABSENT = 0;

  static final byte NULL = 1;
  static final byte TEXT = 2;
  static final byte NUMBER = 3;
  static final byte TEXTS = 4;
  static final byte OBJECT = 5;
  private static final byte BOOLEAN = 6;

  private static final int MOST_UNKNOWN = 16;
  private static final int MOST_TEXTS = 1_000;
  private static final int LONG_DIGITS = 18;
  private static final byte[] NULL_BYTES = {'n', 'u', 'l', 'l'};
  private static final byte[] TRUE_BYTES = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE_BYTES = {'f', 'a', 'l', 's', 'e'};

  private final Texts texts;
  private final ObjectReader objects;

  // By place; the last one is that of the unknown member at hand.
  private final byte[] kinds = new byte[Names.MOST + 1];
  private final int[] from = new int[Names.MOST + 1];
  private final int[] to = new int[Names.MOST + 1];
  private final long[] digits = new long[Names.MOST + 1];
  private final int[] fraction = new int[Names.MOST + 1];

  private final int[] unknownFrom = new int[MOST_UNKNOWN];
  private final int[] unknownTo = new int[MOST_UNKNOWN];
  private int unknown;

  /** Reads the object that is a member's value. */
  interface ObjectReader {
    /** Index behind the object whose first byte behind the brace is at {@code at}, or -1. */
    int read(byte[] value, int at, int place);
  }

  Members(Texts texts, ObjectReader objects) {
    this.texts = texts;
    this.objects = objects;
  }

  byte kind(int place) {
    return kinds[place];
  }

  /** Index of a value's first byte, in a string behind the quote, in an object or array too. */
  int from(int place) {
    return from[place];
  }

  /** Index behind a value's last byte, of a string its quote. */
  int to(int place) {
    return to[place];
  }

  /** The digits of a number, without its point. */
  long digits(int place) {
    return digits[place];
  }

  /** Digits of a number behind its point. */
  int fraction(int place) {
    return fraction[place];
  }

  /**
   * Reads an object of a value whose last byte is a brace, which ends every run of digits.
   *
   * @param start index behind the object's first brace
   * @return index behind its last brace, or -1
   */
  int read(byte[] value, int start, Names names) {
    Arrays.fill(kinds, ABSENT);
    unknown = 0;
    int before = Names.MOST;
    int at = space(value, start);
    if (value[at] == '}') {
      return at + 1;
    }
    while (true) {
      int place = names.match(value, at, before);
      int end = place >= 0 ? at + names.length(place) : unknownName(value, at);
      if (end < 0 || end >= value.length || (place >= 0 && kinds[place] != ABSENT)) {
        return -1;
      }
      at = value[end] == ':' ? end : space(value, end);
      if (value[at] != ':') {
        return -1;
      }
      before = place < 0 ? Names.MOST : place;
      at = read(value, space(value, at + 1), before);
      if (at < 0 || at >= value.length) {
        return -1;
      }
      at = space(value, at);
      if (value[at] == '}') {
        return at + 1;
      }
      if (value[at] != ',') {
        return -1;
      }
      at = space(value, at + 1);
    }
  }

  /** Index of the first byte that is not white space; there is one, the value's last. */
  private static int space(byte[] value, int at) {
    int i = at;
    while (value[i] == ' ' || value[i] == '\t' || value[i] == '\n' || value[i] == '\r') {
      i++;
    }
    return i;
  }

  /** Past a name that nobody asks for; it must be the only one of its kind. */
  private int unknownName(byte[] value, int at) {
    int end = value[at] == '"' && unknown < MOST_UNKNOWN ? texts.end(value, at + 1) : -1;
    for (int i = 0; i < unknown && end >= 0; i++) {
      if (Arrays.equals(value, unknownFrom[i], unknownTo[i], value, at, end)) {
        return -1;
      }
    }
    if (end < 0) {
      return -1;
    }
    unknownFrom[unknown] = at;
    unknownTo[unknown++] = end;
    return end + 1;
  }

  /** Notes the value at {@code at}; the index behind it, or -1. */
  private int read(byte[] value, int at, int place) {
    return switch (value[at]) {
      case '"' -> {
        int end = texts.end(value, at + 1);
        yield end < 0 ? -1 : note(place, TEXT, at + 1, end) + 1;
      }
      case '[' -> texts(value, at, place);
      case '{' -> {
        note(place, OBJECT, at + 1, at + 1);
        yield objects.read(value, at + 1, place);
      }
      case 'n' -> literal(value, at, NULL_BYTES, place, NULL);
      case 't' -> literal(value, at, TRUE_BYTES, place, BOOLEAN);
      case 'f' -> literal(value, at, FALSE_BYTES, place, BOOLEAN);
      default -> number(value, at, place);
    };
  }

  private int note(int place, byte kind, int start, int end) {
    kinds[place] = kind;
    from[place] = start;
    to[place] = end;
    return end;
  }

  private int literal(byte[] value, int at, byte[] literal, int place, byte kind) {
    int end = at + literal.length;
    boolean there = end < value.length && Arrays.equals(value, at, end, literal, 0, literal.length);
    return there ? note(place, kind, at, end) : -1;
  }

  private int number(byte[] value, int at, int place) {
    long number = 0;
    int i = at;
    for (; isDigit(value[i]); i++) {
      number = number * 10 + (value[i] - '0');
    }
    int whole = i - at;
    int behind = 0;
    if (value[i] == '.') {
      for (i++; isDigit(value[i]); i++, behind++) {
        number = number * 10 + (value[i] - '0');
      }
      if (behind == 0) {
        return -1;
      }
    }
    if (whole == 0 || whole + behind > LONG_DIGITS || (whole > 1 && value[at] == '0')) {
      return -1;
    }
    digits[place] = number;
    fraction[place] = behind;
    return note(place, NUMBER, at, i);
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** Past an array of strings. */
  private int texts(byte[] value, int start, int place) {
    int at = space(value, start + 1);
    for (int n = 0; value[at] == '"' && n < MOST_TEXTS; n++) {
      int end = texts.end(value, at + 1);
      if (end < 0) {
        return -1;
      }
      at = space(value, end + 1);
      if (value[at] == ',') {
        at = space(value, at + 1);
        if (value[at] != '"') {
          return -1;
        }
      } else if (value[at] != ']') {
        return -1;
      }
    }
    return value[at] == ']' ? note(place, TEXTS, start + 1, at) + 1 : -1;
  }
}
