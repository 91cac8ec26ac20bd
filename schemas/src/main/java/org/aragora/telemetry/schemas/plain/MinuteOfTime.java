package org.aragora.telemetry.schemas.plain;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.aragora.telemetry.schemas.text.Rfc3339;
import org.jspecify.annotations.Nullable;

/**
 * Reads times in UTC as producers write them, {@code 2026-11-24T12:00:00.123456Z}. It keeps the
 * last minute, because the next event is mostly of the same one.
 */
final class MinuteOfTime {
  private static final int MINUTE = "2026-11-24T12:00".length();
  private static final int FRACTION = "2026-11-24T12:00:00".length();
  private static final int MOST = FRACTION + ".123456789Z".length();

  private Words minute = new Words(new byte[] {0});
  private long seconds;

  /** The instant; null if the bytes have another form. */
  @Nullable Instant parse(byte[] value, int from, int to) {
    int length = to - from;
    if (length <= FRACTION
        || length > MOST
        || value[to - 1] != 'Z'
        || !(minute.isAt(value, from) || isMinute(value, from))) {
      return null;
    }
    int tens = value[from + MINUTE + 1] - '0';
    int ones = value[from + MINUTE + 2] - '0';
    boolean plain = value[from + MINUTE] == ':' && tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9;
    int nanos = plain ? nanos(value, from + FRACTION, to - 1) : -1;
    return nanos < 0 ? null : Instant.ofEpochSecond(seconds + tens * 10L + ones, nanos);
  }

  /** Nanoseconds of a point and digits; 0 if there is nothing, -1 if it is something else. */
  private static int nanos(byte[] value, int from, int to) {
    if (from == to) {
      return 0;
    }
    if (value[from] != '.' || from + 1 == to) {
      return -1;
    }
    int nanos = 0;
    for (int i = from + 1; i <= from + 9; i++) {
      int digit = i < to ? value[i] - '0' : 0;
      if (digit < 0 || digit > 9) {
        return -1;
      }
      nanos = nanos * 10 + digit;
    }
    return nanos;
  }

  private boolean isMinute(byte[] value, int from) {
    byte[] bytes = Arrays.copyOfRange(value, from, from + MINUTE);
    Instant start = Rfc3339.parse(new String(bytes, StandardCharsets.ISO_8859_1) + ":00Z");
    if (start == null) {
      return false;
    }
    minute = new Words(bytes);
    seconds = start.getEpochSecond();
    return true;
  }
}
