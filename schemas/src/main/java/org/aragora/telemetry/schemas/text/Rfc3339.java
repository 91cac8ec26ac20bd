package org.aragora.telemetry.schemas.text;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Times as RFC 3339 writes them: {@code 2026-11-24T12:00:00.123456Z}, with offset, T and Z in
 * either case and any number of digits of a second, of which nine are kept. A leap second is
 * accepted if RFC 3339 allows one, at 23:59:60 UTC, and is the first second of the next day, as in
 * POSIX time.
 */
public final class Rfc3339 {
  private static final long YEAR_0 = -62_167_219_200L;
  private static final long YEAR_10000 = 253_402_300_800L;
  private static final int SECONDS_A_DAY = 86_400;
  private static final int FRACTION = 19;

  private Rfc3339() {}

  /** The instant, null if the text is none. */
  public static @Nullable Instant parse(String text) {
    int length = text.length();
    if (length < FRACTION + 1 || !punctuated(text)) {
      return null;
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 2);
    int day = digits(text, 8, 2);
    int hour = digits(text, 11, 2);
    int minute = digits(text, 14, 2);
    int second = digits(text, 17, 2);
    boolean valid =
        year >= 0
            && month >= 1
            && month <= 12
            && day >= 1
            && day <= daysIn(year, month)
            && within(hour, 23)
            && within(minute, 59)
            && within(second, 60);
    int zone = text.charAt(FRACTION) == '.' ? afterDigits(text, FRACTION + 1) : FRACTION;
    if (!valid || zone == FRACTION + 1 || zone >= length) {
      return null;
    }
    int offset = offsetSeconds(text, zone);
    if (offset == Integer.MIN_VALUE) {
      return null;
    }
    long minutes = epochDay(year, month, day) * 1440 + hour * 60L + minute;
    long seconds = minutes * 60 - offset + second;
    if (second == 60 && Math.floorMod(seconds, SECONDS_A_DAY) != 0) {
      return null;
    }
    return Instant.ofEpochSecond(seconds, nanos(text, zone));
  }

  private static boolean punctuated(String text) {
    char t = text.charAt(10);
    return text.charAt(4) == '-'
        && text.charAt(7) == '-'
        && (t == 'T' || t == 't')
        && text.charAt(13) == ':'
        && text.charAt(16) == ':';
  }

  private static boolean within(int value, int max) {
    return value >= 0 && value <= max;
  }

  /** The number that {@code count} digits write, negative if one is none. */
  private static int digits(String text, int from, int count) {
    int number = 0;
    for (int i = from; i < from + count; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  /** Index of the first character from {@code i} on that is not a digit. */
  private static int afterDigits(String text, int i) {
    while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    return i;
  }

  private static int nanos(String text, int zone) {
    int nanos = 0;
    for (int i = FRACTION + 1; i <= FRACTION + 9; i++) {
      nanos = nanos * 10 + (i < zone ? text.charAt(i) - '0' : 0);
    }
    return nanos;
  }

  /** Seconds east of UTC; MIN_VALUE if the text from {@code i} to its end is not an offset. */
  private static int offsetSeconds(String text, int i) {
    char sign = text.charAt(i);
    if ((sign == 'Z' || sign == 'z') && text.length() == i + 1) {
      return 0;
    }
    if ((sign != '+' && sign != '-') || text.length() != i + 6 || text.charAt(i + 3) != ':') {
      return Integer.MIN_VALUE;
    }
    int hours = digits(text, i + 1, 2);
    int minutes = digits(text, i + 4, 2);
    if (!within(hours, 23) || !within(minutes, 59)) {
      return Integer.MIN_VALUE;
    }
    int seconds = (hours * 60 + minutes) * 60;
    return sign == '-' ? -seconds : seconds;
  }

  private static int daysIn(int year, int month) {
    if (month == 2) {
      return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  /** Days since 1970-01-01; counts years from March, so that the leap day is the last of one. */
  private static long epochDay(int year, int month, int day) {
    long y = month > 2 ? year : year - 1L;
    int monthFromMarch = (month + 9) % 12;
    int dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1;
    long leapDays = Math.floorDiv(y, 4L) - Math.floorDiv(y, 100L) + Math.floorDiv(y, 400L);
    return y * 365 + leapDays + dayOfYear - 719_468;
  }

  /** Appends a time in UTC, with as many digits of a second as it needs. */
  public static void append(Utf8Builder out, Instant time) {
    // An Instant reaches further than a LocalDate.
    if (time.getEpochSecond() < YEAR_0 || time.getEpochSecond() >= YEAR_10000) {
      out.appendAscii(time.toString());
      return;
    }
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(time.getEpochSecond(), SECONDS_A_DAY));
    int second = Math.floorMod(time.getEpochSecond(), SECONDS_A_DAY);
    out.appendDigits(date.getYear(), 4).append('-').appendDigits(date.getMonthValue(), 2);
    out.append('-').appendDigits(date.getDayOfMonth(), 2);
    out.append('T').appendDigits(second / 3600, 2);
    out.append(':').appendDigits(second / 60 % 60, 2);
    out.append(':').appendDigits(second % 60, 2);
    out.appendFraction(time.getNano());
    out.append('Z');
  }
}
