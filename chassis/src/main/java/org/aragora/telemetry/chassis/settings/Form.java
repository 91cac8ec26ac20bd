package org.aragora.telemetry.chassis.settings;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The way in which a value is written and checked.
 *
 * @param <T> type of the value
 * @param parser throws {@link IllegalArgumentException}, its message a reason that follows "is
 *     refused: "
 * @param values the accepted values, to follow "it must be "
 * @param secret true if the value is never shown
 */
record Form<T>(Function<String, T> parser, String values, boolean secret) {

  static <T> Form<T> of(Function<String, T> parser, String values) {
    return new Form<>(
        text -> {
          try {
            return parser.apply(text);
          } catch (IllegalArgumentException e) {
            throw refused(values);
          }
        },
        values,
        false);
  }

  static Form<String> choice(String... allowed) {
    List<String> words = Arrays.asList(allowed);
    int last = words.size() - 1;
    String values =
        last == 0
            ? words.get(0)
            : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    return of(
        text ->
            words.stream()
                .filter(text::equalsIgnoreCase)
                .findFirst()
                .orElseThrow(IllegalArgumentException::new),
        values);
  }

  /** The same form for numbers from {@code min} to {@code max}. */
  Form<T> range(long min, long max) {
    String bounds =
        values
            + (max == Long.MAX_VALUE
                ? " of at least %d".formatted(min)
                : " from %d to %d".formatted(min, max));
    return new Form<>(
        text -> {
          T value;
          try {
            value = parser.apply(text);
          } catch (IllegalArgumentException e) {
            throw refused(bounds);
          }
          BigDecimal number = new BigDecimal(text);
          if (number.compareTo(BigDecimal.valueOf(min)) < 0
              || number.compareTo(BigDecimal.valueOf(max)) > 0) {
            throw refused(bounds);
          }
          return value;
        },
        bounds,
        secret);
  }

  <R> Form<R> map(Function<? super T, R> function) {
    return new Form<>(text -> function.apply(parser.apply(text)), values, secret);
  }

  private static IllegalArgumentException refused(String values) {
    return new IllegalArgumentException("it must be " + values);
  }
}
