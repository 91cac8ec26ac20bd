package org.aragora.telemetry.exporter.redact;

import java.util.List;

/** Recognizes secrets by their form. */
final class SecretTokens {

  private static final List<String> PREFIXES =
      List.of(
          "sk-",
          "sk_live_",
          "sk_test_",
          "rk_live_",
          "pk_live_",
          "whsec_",
          "ghp_",
          "gho_",
          "ghu_",
          "ghs_",
          "ghr_",
          "github_pat_",
          "glpat-",
          "xoxb-",
          "xoxp-",
          "xoxa-",
          "xoxr-",
          "xoxs-",
          "hf_",
          "npm_",
          "gsk_",
          "xai-",
          "ya29.",
          "AIza");
  private static final int MIN_SECRET = 16;

  /** Prefixes by their first character. */
  private static final String[][] BY_FIRST = byFirst();

  private SecretTokens() {}

  private static String[][] byFirst() {
    String[][] byFirst = new String[128][];
    for (char c = 0; c < byFirst.length; c++) {
      String first = String.valueOf(c);
      byFirst[c] =
          PREFIXES.stream().filter(prefix -> prefix.startsWith(first)).toArray(String[]::new);
    }
    return byFirst;
  }

  /**
   * End of the secret that starts with the word from {@code start} to {@code end}, else a negative
   * number. A secret may extend beyond the word, over dots and hyphens. If such a run is not a
   * secret, the result is its negated end.
   */
  static int end(String text, int start, int end) {
    char first = text.charAt(start);
    if (first == 'e' && text.startsWith("eyJ", start)) {
      return jwt(text, start);
    }
    if (first == 'A' && (text.startsWith("AKIA", start) || text.startsWith("ASIA", start))) {
      return end - start == 20 ? end : -1;
    }
    if (first >= BY_FIRST.length) {
      return -1;
    }
    for (String prefix : BY_FIRST[first]) {
      if (text.startsWith(prefix, start)) {
        int stop = run(text, start);
        return stop - start >= prefix.length() + MIN_SECRET ? stop : -1;
      }
    }
    return -1;
  }

  /** End of the credential after {@code Bearer} or {@code Basic}, else -1. */
  static int credentialAfterScheme(String text, int start, int end) {
    int size = end - start;
    boolean scheme =
        (size == 6 && text.regionMatches(true, start, "bearer", 0, 6))
            || (size == 5 && text.regionMatches(true, start, "basic", 0, 5));
    if (!scheme || end >= text.length() || text.charAt(end) != ' ') {
      return -1;
    }
    int stop = end + 1;
    boolean digits = false;
    while (stop < text.length() && isTokenChar(text.charAt(stop))) {
      digits |= !Character.isLowerCase(text.charAt(stop));
      stop++;
    }
    // "basic authentication" is prose: a credential is longer or not in lower case alone.
    return stop - end - 1 >= MIN_SECRET || (digits && stop - end - 1 >= 8) ? stop : -1;
  }

  private static int jwt(String text, int start) {
    int stop = run(text, start);
    int dots = 0;
    for (int at = start; at < stop; at++) {
      dots += text.charAt(at) == '.' ? 1 : 0;
    }
    return dots >= 2 && stop - start >= 3 * MIN_SECRET / 2 ? stop : -stop;
  }

  private static int run(String text, int start) {
    int stop = start;
    while (stop < text.length() && isSecretChar(text.charAt(stop))) {
      stop++;
    }
    return stop;
  }

  private static boolean isSecretChar(char c) {
    return TextScan.isWord(c) || c == '-' || c == '.';
  }

  private static boolean isTokenChar(char c) {
    return isSecretChar(c) || c == '~' || c == '+' || c == '/' || c == '=';
  }
}
