package org.aragora.telemetry.exporter.redact;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Removes secrets, e-mail addresses, phone and card numbers from text. Its time is linear in the
 * text: one pass reads each character a bounded number of times, and the user's patterns run in
 * RE2, which does not backtrack. Ids and token counts stay. Thread-safe.
 */
public final class Redactor {

  /** Replacement of each removed text. */
  public static final String MARK = "[REDACTED]";

  private static final int MAX_DEPTH = 64;

  /** Largest number with fewer digits than a card number; phone numbers have punctuation. */
  private static final long HARMLESS = 999_999_999_999L;

  private final boolean nothing;
  private final Set<Kind> kinds;
  private final SecretKeys keys;
  private final List<Pattern> patterns;
  private final Memo<String> names = new Memo<>(this::text);

  /** Kinds of text to remove. */
  public enum Kind {
    /** Passwords, keys, tokens, credentials in URLs, private keys. */
    SECRETS,
    /** E-mail addresses. */
    EMAIL,
    /** Phone numbers in international and North American notation. */
    PHONE,
    /** Payment card numbers that pass the Luhn test. */
    CARD
  }

  /**
   * Creates a redactor of the given kinds and of all matches of the patterns.
   *
   * @param moreKeys further names of fields that contain secrets
   * @param keptKeys names of fields that never do
   */
  public Redactor(
      Set<Kind> kinds,
      Collection<String> moreKeys,
      Collection<String> keptKeys,
      Collection<Pattern> patterns) {
    this.kinds = kinds.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(kinds));
    keys = new SecretKeys(moreKeys, keptKeys);
    this.patterns = List.copyOf(patterns);
    nothing = kinds.isEmpty() && patterns.isEmpty();
  }

  /**
   * Redacts a text.
   *
   * @return the same object if there is nothing to remove
   */
  public String text(String text) {
    if (nothing || text.isEmpty()) {
      return text;
    }
    String result = new TextScan(text, keys, kinds).run();
    for (Pattern pattern : patterns) {
      result = pattern.matcher(result).replaceAll(MARK);
    }
    return result;
  }

  /** Redacts a short text that is repeated often, such as a name; memoized. */
  public String name(String text) {
    return names.get(text);
  }

  /** Redacts a text; null for null. */
  public @Nullable String textOrNull(@Nullable String text) {
    return text == null ? null : text(text);
  }

  /** Redacts a field's value by its name and its content, including nested objects and lists. */
  public @Nullable Object field(String key, @Nullable Object value) {
    return field(key, value, 0);
  }

  private @Nullable Object field(String key, @Nullable Object value, int depth) {
    if (nothing || value == null || value instanceof Boolean) {
      return value;
    }
    if (kinds.contains(Kind.SECRETS) && keys.contains(key)) {
      boolean count =
          keys.isToken(key) && value instanceof Number && SecretKeys.isCount(value.toString());
      return count ? value : MARK;
    }
    if (depth > MAX_DEPTH) {
      return MARK;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> clean = new LinkedHashMap<>();
      map.forEach(
          (name, inner) ->
              clean.put(name(String.valueOf(name)), field(String.valueOf(name), inner, depth + 1)));
      return clean;
    }
    if (value instanceof Collection<?> list) {
      List<@Nullable Object> clean = new ArrayList<>(list.size());
      list.forEach(inner -> clean.add(field("", inner, depth + 1)));
      return clean;
    }
    if (value instanceof Number number) {
      return isHarmless(number) || text(number.toString()).equals(number.toString()) ? value : MARK;
    }
    return text(value.toString());
  }

  private boolean isHarmless(Number number) {
    return patterns.isEmpty()
        && number instanceof Long whole
        && whole >= -HARMLESS
        && whole <= HARMLESS;
  }
}
