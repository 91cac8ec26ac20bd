package org.aragora.telemetry.exporter.core;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets, tokens, e-mail addresses, phone and card numbers out of text before it leaves.
 * Linear in the text, whatever the text: one pass that looks at each character a bounded number of
 * times; patterns of the user's own run in RE2, which does not backtrack. Trace ids, ids in general
 * and token counts stay. Safe for use by several threads.
 */
public final class Redactor {

  /** What stands where something was taken out. */
  public static final String MARK = "[REDACTED]";

  private static final int MAX_DEPTH = 64;

  /** Fewer digits than any card number has, and a number has nothing that a phone number needs. */
  private static final long HARMLESS = 999_999_999_999L;

  private final boolean nothing;
  private final boolean secrets;
  private final boolean email;
  private final boolean phone;
  private final boolean card;
  private final SecretKeys keys;
  private final List<Pattern> patterns;
  private final Remembered<String> names = new Remembered<>(this::text);

  /** Kinds of things that can be taken out. */
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
   * Takes out the given kinds and whatever the patterns match.
   *
   * @param moreKeys further field names that hold secrets
   * @param keptKeys field names that never do
   */
  public Redactor(
      Set<Kind> kinds,
      Collection<String> moreKeys,
      Collection<String> keptKeys,
      Collection<Pattern> patterns) {
    secrets = kinds.contains(Kind.SECRETS);
    email = kinds.contains(Kind.EMAIL);
    phone = kinds.contains(Kind.PHONE);
    card = kinds.contains(Kind.CARD);
    keys = new SecretKeys(moreKeys, keptKeys);
    this.patterns = List.copyOf(patterns);
    nothing = kinds.isEmpty() && patterns.isEmpty();
  }

  /** The text without what is to be taken out; the same object where there is nothing. */
  public String text(String text) {
    if (nothing || text.isEmpty()) {
      return text;
    }
    String result = new TextScan(text, keys, secrets, email, phone, card).run();
    for (Pattern pattern : patterns) {
      result = pattern.matcher(result).replaceAll(MARK);
    }
    return result;
  }

  /** Like {@link #text}, faster for texts that are seen again and again, as names are. */
  public String name(String text) {
    return names.get(text);
  }

  /** Like {@link #text}, null for null. */
  public @Nullable String textOrNull(@Nullable String text) {
    return text == null ? null : text(text);
  }

  /** A field's value, by its name and by its content, nested objects and lists as well. */
  public @Nullable Object field(String key, @Nullable Object value) {
    return field(key, value, 0);
  }

  private @Nullable Object field(String key, @Nullable Object value, int depth) {
    if (nothing || value == null || value instanceof Boolean) {
      return value;
    }
    if (secrets && keys.contains(key)) {
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
