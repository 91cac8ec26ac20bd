package org.aragora.telemetry.chassis.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Declaration of one setting. {@link Settings} parses and refuses values by it; {@link
 * SettingsText} writes the help and the reference table from it.
 *
 * <pre>{@code
 * static final Setting<Duration> COMMIT_INTERVAL =
 *     Setting.millis("ARAGORA_TELEMETRY_COMMIT_INTERVAL_MS")
 *         .range(50, 5000)
 *         .fallback(1000)
 *         .doc("Time between two commits.");
 * }</pre>
 *
 * Immutable.
 *
 * @param <T> type of the value
 */
public final class Setting<T> {
  private final String key;
  private final Form<T> form;
  private final @Nullable String fallback;
  private final Meaning meaning;
  private final @Nullable Setting<T> general;

  /** Text of the help and of the reference. */
  private record Meaning(Subject subject, String doc) {}

  private Setting(
      String key,
      Form<T> form,
      @Nullable String fallback,
      Meaning meaning,
      @Nullable Setting<T> general) {
    this.key = key;
    this.form = form;
    this.fallback = fallback;
    this.meaning = meaning;
    this.general = general;
  }

  private static <T> Setting<T> of(String key, Form<T> form) {
    return new Setting<>(key, form, null, new Meaning(Subject.OTHER, ""), null);
  }

  /** Declares any text that is not blank. */
  public static Setting<String> text(String key) {
    return of(key, Form.of(text -> text, "text"));
  }

  /** Declares a text that is never shown and that may come as a file, named by {@code key_FILE}. */
  public static Setting<String> secret(String key) {
    return of(key, new Form<>(text -> text, "secret", true));
  }

  /** Declares one of some words, in any case. */
  public static Setting<String> choice(String key, String... allowed) {
    return of(key, Form.choice(allowed));
  }

  /** Declares {@code true} or {@code false}. */
  public static Setting<Boolean> flag(String key) {
    return of(key, Form.choice("true", "false").map(Boolean::valueOf));
  }

  /** Declares a whole number of 32 bits. */
  public static Setting<Integer> integer(String key) {
    return of(key, Form.of(Integer::valueOf, "a whole number"));
  }

  /** Declares a whole number of 64 bits. */
  public static Setting<Long> number(String key) {
    return of(key, Form.of(Long::valueOf, "a whole number"));
  }

  /** Declares a decimal number. */
  public static Setting<Double> real(String key) {
    return of(
        key,
        Form.of(
            text -> {
              double value = Double.parseDouble(text);
              if (!Double.isFinite(value)) {
                throw new IllegalArgumentException();
              }
              return value;
            },
            "a number"));
  }

  /** Declares a whole number of milliseconds. */
  public static Setting<Duration> millis(String key) {
    return of(key, Form.of(text -> Duration.ofMillis(Long.parseLong(text)), "milliseconds"));
  }

  /** Declares a whole number of seconds. */
  public static Setting<Duration> seconds(String key) {
    return of(key, Form.of(text -> Duration.ofSeconds(Integer.parseInt(text)), "seconds"));
  }

  /** Declares texts that are separated by commas; blanks around them are dropped. */
  public static Setting<List<String>> list(String key) {
    return of(
        key,
        Form.of(
            text ->
                Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .filter(each -> !each.isEmpty())
                    .toList(),
            "a list, separated by commas"));
  }

  /** The same setting, for numbers from {@code min} to {@code max} only. */
  public Setting<T> range(long min, long max) {
    return new Setting<>(key, form.range(min, max), fallback, meaning, general);
  }

  /** The same setting, for numbers of at least {@code min} only. */
  public Setting<T> atLeast(long min) {
    return range(min, Long.MAX_VALUE);
  }

  /** The same setting with a default, as a user would write it. */
  public Setting<T> fallback(String value) {
    return new Setting<>(key, form, value, meaning, general);
  }

  /** The same setting with a default. */
  public Setting<T> fallback(long value) {
    return fallback(String.valueOf(value));
  }

  /** The same setting under a subject of the help and of the reference. */
  public Setting<T> about(Subject subject) {
    return new Setting<>(key, form, fallback, new Meaning(subject, meaning.doc()), general);
  }

  /** The same setting with its meaning, in one sentence. */
  public Setting<T> doc(String sentence) {
    return new Setting<>(key, form, fallback, new Meaning(meaning.subject(), sentence), general);
  }

  /** The same setting, which takes the value of a more general one if it has none of its own. */
  public Setting<T> orGeneral(Setting<T> other) {
    boolean described = !meaning.doc().isEmpty();
    String sentence = described ? meaning.doc() : "Used instead of `" + other.key + "` if set.";
    return new Setting<>(key, form, fallback, new Meaning(meaning.subject(), sentence), other);
  }

  /**
   * The same setting with its values converted.
   *
   * @param function throws {@link IllegalArgumentException} for a value to refuse, its message the
   *     reason
   */
  public <R> Setting<R> map(Function<? super T, R> function) {
    if (general != null) {
      throw new IllegalStateException(key + ": convert before orGeneral");
    }
    return new Setting<>(key, form.map(function), fallback, meaning, null);
  }

  /** Name of the environment variable. */
  public String key() {
    return key;
  }

  /** True if the value is never shown. */
  public boolean isSecret() {
    return form.secret();
  }

  T parse(String text) {
    return form.parser().apply(text);
  }

  String values() {
    return form.values();
  }

  String doc() {
    return meaning.doc();
  }

  Subject subject() {
    return meaning.subject();
  }

  Optional<String> fallback() {
    return Optional.ofNullable(fallback);
  }

  @Nullable Setting<T> general() {
    return general;
  }

  /** Name of the variable that names a file with the value; secrets alone have one. */
  String fileKey() {
    return key + "_FILE";
  }

  @Override
  public String toString() {
    return key;
  }
}
