package org.aragora.telemetry.chassis.redact;

import com.google.re2j.Pattern;
import java.util.Locale;
import java.util.Set;

/** Values that stay under the name of a secret, because they describe it. */
final class HarmlessValues {

  private static final Set<String> STATES =
      Set.of(
          ("- absent accepted active allowed bad blank changed created deleted denied"
                  + " disabled empty enabled error exists expired failed failure false forbidden"
                  + " found granted hidden ignored incorrect invalid loaded locked malformed masked"
                  + " match matched mismatch missing n/a na nil no none null off ok okay on"
                  + " optional passed present provided redacted refreshed rejected renewed required"
                  + " reset revoked rotated set skipped stored succeeded success successful true"
                  + " unauthorized unavailable undefined unknown unset updated valid validated"
                  + " verified wrong yes not-set notset filtered removed secret"
                  + " str string bytes secretstr optional[str]")
              .split(" "));
  private static final Set<String> PHRASES =
      Set.of("not set", "not found", "not provided", "not valid", "is missing", "is expired");

  /** Words that begin prose after a colon. */
  private static final Set<String> PROSE =
      Set.of(
          ("a an and are already at be but by can cannot could did does expected for from had has"
                  + " have if in is it its may might must not of or please should the this to too"
                  + " unable unexpected was we were when will with without would you your")
              .split(" "));

  /** Custom methods of an API, which follow the last segment of a path after a colon. */
  private static final Set<String> METHODS =
      Set.of(
          ("activate batchcreate batchdelete batchget batchupdate cancel check clear count create"
                  + " deactivate delete disable enable exchange exists export expire generate get"
                  + " grant import info introspect invalidate issue list purge refresh regenerate"
                  + " remove renew reset resolve restore revoke rotate search set sign status"
                  + " sync test undelete update upload validate verify")
              .split(" "));

  private static final Pattern COUNTS =
      Pattern.compile(
          "[\\[{(\\s]*((\\\\*[\"']?\\w+\\\\*[\"']?\\s*[:=]\\s*)?\\d{1,9}(\\.\\d+)?\\s*,?\\s*)*"
              + "[\\])}\\s]*");
  private static final int MAX_CHARS = 64;

  private HarmlessValues() {}

  /** True for a state, an empty value, a mask or the mark. */
  static boolean contains(String value) {
    if (value.length() > MAX_CHARS) {
      return false;
    }
    String plain = unwrapped(value.strip()).toLowerCase(Locale.ROOT);
    return plain.isEmpty()
        || STATES.contains(plain)
        || PHRASES.contains(plain)
        || plain.chars().allMatch(c -> c == '*' || c == '•')
        || (value.startsWith("${") && value.indexOf('}') == value.length() - 1);
  }

  /** True for a word that begins prose. */
  static boolean isProse(String word) {
    return word.length() <= MAX_CHARS && PROSE.contains(word.toLowerCase(Locale.ROOT));
  }

  /** True for a method of an API: {@code refresh} of {@code /token:refresh}. */
  static boolean isMethod(String word) {
    return word.length() <= MAX_CHARS && METHODS.contains(word.toLowerCase(Locale.ROOT));
  }

  /** True for a list or object of short numbers. */
  static boolean isCounts(String bracketed) {
    return COUNTS.matches(bracketed);
  }

  /** Removes brackets around a word and the punctuation of a sentence after it. */
  private static String unwrapped(String value) {
    int from = 0;
    int to = value.length();
    while (to > 0 && ".!?:,;".indexOf(value.charAt(to - 1)) >= 0) {
      to--;
    }
    while (to - from >= 2
        && "[(<{".indexOf(value.charAt(from)) >= 0
        && "])>}".indexOf(value.charAt(to - 1)) >= 0) {
      from++;
      to--;
    }
    return value.substring(from, to).strip();
  }
}
