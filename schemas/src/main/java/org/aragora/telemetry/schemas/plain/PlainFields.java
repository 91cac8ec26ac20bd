package org.aragora.telemetry.schemas.plain;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.WireNames;
import org.jspecify.annotations.Nullable;

/**
 * Fields out of {@link Members}. Throws {@link NotPlainException} for all that it does not return:
 * the full reader decides.
 */
final class PlainFields implements FieldReader {
  private static final long MAX_NANOS = 1_000_000_000_000_000_000L;
  private static final int NANO_DIGITS = 9;
  private static final long[] TENS = tens();

  private final Members members;
  private final Texts texts;
  private byte[] value = {};
  private Names names = Names.of();
  private int next;

  PlainFields(Members members, Texts texts) {
    this.members = members;
    this.texts = texts;
  }

  private static long[] tens() {
    long[] tens = new long[19];
    tens[0] = 1;
    for (int i = 1; i < tens.length; i++) {
      tens[i] = tens[i - 1] * 10;
    }
    return tens;
  }

  /** Begins with the members of another value. */
  PlainFields of(byte[] newValue, Names newNames) {
    value = newValue;
    names = newNames;
    next = 0;
    return this;
  }

  private int place(String field) {
    int place = names.find(field, next);
    if (place < 0) {
      names.add(field);
      throw new NotPlainException();
    }
    next = place + 1;
    return place;
  }

  /** Place of a field of a kind; throws if it is of another kind or not there. */
  private int place(String field, byte kind) {
    int place = place(field);
    if (members.kind(place) != kind) {
      throw new NotPlainException();
    }
    return place;
  }

  /** Place of a field of a kind, -1 if it is absent or null. */
  private int optionalPlace(String field, byte kind) {
    int place = place(field);
    byte found = members.kind(place);
    if (found == kind) {
      return place;
    }
    if (found <= Members.NULL) {
      return -1;
    }
    throw new NotPlainException();
  }

  /** A string by its length in bytes, of which it has no fewer than code points. */
  private String text(int from, int to, int least, int most) {
    if (to - from < least || to - from > most) {
      throw new NotPlainException();
    }
    return texts.get(value, from, to);
  }

  private String text(int place, int least, int most) {
    return text(members.from(place), members.to(place), least, most);
  }

  /** Index of an optional string of so many bytes; -1 if it is absent or shorter. */
  int optionalAt(String field, int bytes) {
    int place = optionalPlace(field, Members.TEXT);
    if (place < 0 || members.to(place) - members.from(place) < bytes) {
      return -1;
    }
    if (members.to(place) - members.from(place) > bytes) {
      throw new NotPlainException();
    }
    return members.from(place);
  }

  /** A time, if there. */
  @Nullable Instant optionalTime(String field, MinuteOfTime minute) {
    int place = optionalPlace(field, Members.TEXT);
    if (place < 0) {
      return null;
    }
    Instant time = minute.parse(value, members.from(place), members.to(place));
    if (time == null) {
      throw new NotPlainException();
    }
    return time;
  }

  /** A string that is exactly so. */
  void require(String field, Words text) {
    int place = place(field, Members.TEXT);
    if (members.to(place) - members.from(place) != text.length()
        || !text.isAt(value, members.from(place))) {
      throw new NotPlainException();
    }
  }

  @Override
  public String name(String field) {
    return text(place(field, Members.TEXT), 1, Bounds.NAME);
  }

  @Override
  public @Nullable String optionalName(String field) {
    int place = optionalPlace(field, Members.TEXT);
    return place < 0 ? null : text(place, 1, Bounds.NAME);
  }

  @Override
  public String endpoint(String field) {
    return text(place(field, Members.TEXT), 1, Bounds.ENDPOINT);
  }

  @Override
  public String label(String field) {
    return text(place(field, Members.TEXT), 0, Bounds.NAME);
  }

  @Override
  public @Nullable String optionalLabel(String field) {
    int place = optionalPlace(field, Members.TEXT);
    return place < 0 ? null : text(place, 0, Bounds.NAME);
  }

  @Override
  public String text(String field) {
    return text(place(field, Members.TEXT), 0, Integer.MAX_VALUE);
  }

  @Override
  public @Nullable String optionalText(String field) {
    int place = optionalPlace(field, Members.TEXT);
    return place < 0 ? null : text(place, 0, Integer.MAX_VALUE);
  }

  private long integer(int place, long min, long max) {
    long number = members.digits(place);
    if (members.fraction(place) > 0 || number < min || number > max) {
      throw new NotPlainException();
    }
    return number;
  }

  @Override
  public long count(String field) {
    return integer(field, 0, Long.MAX_VALUE);
  }

  @Override
  public @Nullable Long optionalCount(String field) {
    int place = optionalPlace(field, Members.NUMBER);
    return place < 0 ? null : (Long) integer(place, 0, Long.MAX_VALUE);
  }

  @Override
  public long integer(String field, long min, long max) {
    return integer(place(field, Members.NUMBER), min, max);
  }

  /** An integer, if there; else -1. */
  long optionalInteger(String field, long min, long max) {
    int place = optionalPlace(field, Members.NUMBER);
    return place < 0 ? -1 : integer(place, min, max);
  }

  private long seconds(int place) {
    long digits = members.digits(place);
    int beyond = members.fraction(place) - NANO_DIGITS;
    if (beyond > 0) {
      return halfEven(digits, TENS[beyond]);
    }
    if (digits > MAX_NANOS / TENS[-beyond]) {
      throw new NotPlainException();
    }
    return digits * TENS[-beyond];
  }

  private static long halfEven(long digits, long unit) {
    long nanos = digits / unit;
    long twice = 2 * (digits % unit);
    return twice > unit || (twice == unit && (nanos & 1) == 1) ? nanos + 1 : nanos;
  }

  @Override
  public long seconds(String field) {
    return seconds(place(field, Members.NUMBER));
  }

  @Override
  public @Nullable Long optionalSeconds(String field) {
    int place = optionalPlace(field, Members.NUMBER);
    return place < 0 ? null : (Long) seconds(place);
  }

  private double number(int place) {
    int from = members.from(place);
    int length = members.to(place) - from;
    return Double.parseDouble(new String(value, from, length, StandardCharsets.ISO_8859_1));
  }

  @Override
  public double number(String field) {
    return number(place(field, Members.NUMBER));
  }

  @Override
  public @Nullable Double optionalNumber(String field) {
    int place = optionalPlace(field, Members.NUMBER);
    return place < 0 ? null : (Double) number(place);
  }

  @Override
  public <E extends Enum<E>> E oneOf(String field, WireNames<E> wireNames) {
    E constant = wireNames.find(name(field));
    if (constant == null) {
      throw new NotPlainException();
    }
    return constant;
  }

  @Override
  public List<String> labels(String field) {
    int place = place(field, Members.TEXTS);
    List<String> labels = new ArrayList<>();
    int to = members.to(place);
    for (int at = members.from(place); at < to; at++) {
      if (value[at] == '"') {
        int end = texts.end(value, at + 1);
        labels.add(text(at + 1, end, 0, Bounds.NAME));
        at = end;
      }
    }
    return labels;
  }

  @Override
  public long interval(String field) {
    throw new NotPlainException();
  }

  @Override
  public Map<String, Long> counts(String field) {
    throw new NotPlainException();
  }

  @Override
  public @Nullable Map<String, @Nullable Object> optionalObject(String field) {
    if (optionalPlace(field, Members.OBJECT) >= 0) {
      throw new NotPlainException();
    }
    return null;
  }
}
