package org.aragora.telemetry.chassis.main;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Texts of the options in seconds: {@code 90}, {@code 90s}, {@code 5m} or {@code 2h}. */
public final class Seconds {
  private static final Pattern TEXT = Pattern.compile("(-?\\d{1,12})([smh]?)");
  private static final Map<String, Integer> UNITS = Map.of("m", 60, "h", 3600);

  private Seconds() {}

  private static long read(String text, long most) {
    Matcher matcher = TEXT.matcher(text.strip());
    long seconds =
        matcher.matches()
            ? Long.parseLong(matcher.group(1)) * UNITS.getOrDefault(matcher.group(2), 1)
            : Long.MAX_VALUE;
    if (Math.abs(seconds) > most) {
      throw new TypeConversionException(
          "'%s' is not a number of seconds, such as 90, 90s, 5m or 2h".formatted(text));
    }
    return seconds;
  }

  /** Converter of an option of type long. */
  public static final class AsLong implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return read(text, Long.MAX_VALUE - 1);
    }
  }

  /** Converter of an option of type int. */
  public static final class AsInt implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return (int) read(text, Integer.MAX_VALUE);
    }
  }
}
