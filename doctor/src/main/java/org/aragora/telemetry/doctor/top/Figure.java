package org.aragora.telemetry.doctor.top;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.OptionalDouble;

/** Figures as text; an unknown one is a dash. */
final class Figure {
  private static final String UNKNOWN = "-";

  private Figure() {}

  static String whole(OptionalDouble value) {
    return value.isPresent() ? format("%,.0f", value.getAsDouble()) : UNKNOWN;
  }

  /** A whole number in at most six characters. */
  static String rough(OptionalDouble value) {
    double number = value.orElse(0);
    String text = whole(value);
    for (String unit : new String[] {"k", "M", "G", "T", "P", "E"}) {
      if (text.length() <= 6) {
        break;
      }
      number /= 1000;
      text = format(number < 100 ? "%.1f" : "%.0f", number) + unit;
    }
    return text;
  }

  static String perSecond(OptionalDouble value) {
    double number = value.orElse(0);
    return value.isPresent()
        ? format(number >= 100 ? "%,.0f/s" : number >= 10 ? "%.1f/s" : "%.2f/s", number)
        : UNKNOWN;
  }

  static String percent(OptionalDouble value) {
    double hundred = value.orElse(0) * 100;
    return value.isPresent() ? format(hundred >= 10 ? "%.1f %%" : "%.2f %%", hundred) : UNKNOWN;
  }

  static String duration(OptionalDouble value) {
    if (value.isEmpty()) {
      return UNKNOWN;
    }
    double seconds = value.getAsDouble();
    if (seconds < 1) {
      return format(seconds > 0 && seconds < 0.01 ? "%.1f ms" : "%.0f ms", seconds * 1000);
    }
    if (seconds < 120) {
      return format("%.1f s", seconds);
    }
    return seconds < 7200 ? format("%.0f min", seconds / 60) : format("%.0f h", seconds / 3600);
  }

  static String moment(OptionalDouble seconds) {
    return seconds.isPresent() ? moment((long) (seconds.getAsDouble() * 1000)) : UNKNOWN;
  }

  static String moment(long ms) {
    return Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
