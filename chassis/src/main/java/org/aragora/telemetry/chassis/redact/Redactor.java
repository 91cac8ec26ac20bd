package org.aragora.telemetry.chassis.redact;

import com.google.re2j.Matcher;
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

  private static final Redactor SECRETS =
      new Redactor(EnumSet.of(Kind.SECRETS), List.of(), List.of(), List.of());

  private static final int MAX_DEPTH = 64;
  private static final int MAX_PASSES = 8;
  private static final int MIN_SIGNATURE = 16;

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

  /** Redacts the addresses of a text, such as a line of a log: passwords and tokens in URLs. */
  public static String addresses(String text) {
    return text.contains("://") ? SECRETS.text(text) : text;
  }

  /**
   * The redactor of label values: secrets and e-mail addresses. No setting changes it, because a
   * replay has to give the same series.
   */
  public static Redactor ofLabels() {
    return new Redactor(EnumSet.of(Kind.SECRETS, Kind.EMAIL), List.of(), List.of(), List.of());
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
    String result = scanned(text);
    for (Pattern pattern : patterns) {
      result = replaced(result, pattern);
    }
    return result;
  }

  /** Scans until nothing changes, so that a redacted text stays as it is. */
  private String scanned(String text) {
    String result = text;
    for (int pass = 0; pass < MAX_PASSES; pass++) {
      String next = new TextScan(result, keys, kinds).run();
      if (next.equals(result)) {
        return result;
      }
      result = next;
    }
    return result;
  }

  /** Replaces the matches of a pattern; a match within a mark stays, one that cuts it takes it. */
  private static String replaced(String text, Pattern pattern) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder result = null;
    int copied = 0;
    int markStart = text.indexOf(MARK);
    while (matcher.find()) {
      while (markStart >= 0 && markStart + MARK.length() <= matcher.start()) {
        markStart = text.indexOf(MARK, markStart + MARK.length());
      }
      int from = Math.max(copied, matcher.start());
      int to = matcher.end();
      boolean touches = markStart >= 0 && markStart < to;
      if (to <= from || (touches && markStart <= from && markStart + MARK.length() >= to)) {
        continue;
      }
      if (touches) {
        from = Math.max(copied, Math.min(from, markStart));
        int lastMark = text.lastIndexOf(MARK, to - 1);
        to = Math.max(to, lastMark + MARK.length());
      }
      result = result == null ? new StringBuilder(text.length()) : result;
      result.append(text, copied, from).append(MARK);
      copied = to;
    }
    return result == null ? text : result.append(text, copied, text.length()).toString();
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
    SecretKeys.Form form = kinds.contains(Kind.SECRETS) ? keys.form(key) : SecretKeys.Form.NONE;
    if (form == SecretKeys.Form.SIGNATURE && value.toString().length() < MIN_SIGNATURE) {
      form = SecretKeys.Form.NONE;
    }
    if (form != SecretKeys.Form.NONE) {
      return secret(form, value);
    }
    if (depth > MAX_DEPTH) {
      return MARK;
    }
    if (kinds.contains(Kind.CARD) && PhoneAndCardNumbers.isCardName(key)) {
      String card = "card " + value;
      return text(card).equals(card) ? value : MARK;
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

  /** A value under the name of a secret: counts and states stay. */
  private static Object secret(SecretKeys.Form form, Object value) {
    boolean mayCount = form == SecretKeys.Form.COUNTABLE || form == SecretKeys.Form.WEAK;
    if (mayCount && isCounts(value, 0)) {
      return value;
    }
    return value instanceof CharSequence && HarmlessValues.contains(value.toString())
        ? value
        : MARK;
  }

  private static boolean isCounts(@Nullable Object value, int depth) {
    if (value instanceof Number) {
      return SecretKeys.isCount(value.toString());
    }
    if (depth > MAX_DEPTH) {
      return false;
    }
    if (value instanceof Map<?, ?> map) {
      return map.values().stream().allMatch(inner -> isCounts(inner, depth + 1));
    }
    return value instanceof Collection<?> list
        && list.stream().allMatch(inner -> isCounts(inner, depth + 1));
  }

  private boolean isHarmless(Number number) {
    return patterns.isEmpty()
        && number instanceof Long whole
        && whole >= -HARMLESS
        && whole <= HARMLESS;
  }
}
