package org.aragora.telemetry.chassis.redact;

import java.util.List;

/** Recognizes secrets by their form. */
final class SecretTokens {

  private static final List<String> PREFIXES =
      List.of(
          "sk-",
          "sk_live_",
          "sk_test_",
          "rk_live_",
          "rk_test_",
          "pk_live_",
          "whsec_",
          "ghp_",
          "gho_",
          "ghu_",
          "ghs_",
          "ghr_",
          "github_pat_",
          "glpat-",
          "glptt-",
          "gldt-",
          "glrt-",
          "xoxb-",
          "xoxp-",
          "xoxa-",
          "xoxr-",
          "xoxs-",
          "xoxe-",
          "xapp-",
          "hf_",
          "npm_",
          "pypi-",
          "gsk_",
          "xai-",
          "pplx-",
          "ya29.",
          "AIza",
          "GOCSPX-",
          "SG.",
          "dop_v1_",
          "doo_v1_",
          "dor_v1_",
          "shpat_",
          "shpca_",
          "shppa_",
          "shpss_",
          "dckr_pat_",
          "hvs.",
          "hvb.",
          "lin_api_",
          "rubygems_",
          "sq0atp-",
          "sq0csp-",
          "ATATT3",
          "figd_",
          "r8_",
          "AGE-SECRET-KEY-");
  private static final List<String> SCHEMES =
      List.of("bearer", "basic", "token", "digest", "apikey", "negotiate", "aws4-hmac-sha256");
  private static final List<String> WEBHOOKS =
      List.of(
          "hooks.slack.com/services/",
          "hooks.slack.com/workflows/",
          "hooks.slack.com/triggers/",
          "discord.com/api/webhooks/",
          "discordapp.com/api/webhooks/");
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
      return end - start == 20 ? afterAwsSecret(text, end) : -1;
    }
    if (first == 'h' || first == 'd') {
      int webhook = webhook(text, start);
      if (webhook > 0) {
        return webhook;
      }
    }
    if ((first == 'b' || TextScan.isDigit(first)) && end < text.length()) {
      int bot = telegramBot(text, start, end);
      if (bot > 0) {
        return bot;
      }
    }
    if (first >= BY_FIRST.length) {
      return -1;
    }
    for (String prefix : BY_FIRST[first]) {
      if (text.startsWith(prefix, start)) {
        int stop = run(text, start);
        return stop - start >= prefix.length() + MIN_SECRET
                && isRandom(text, start + prefix.length(), stop)
            ? stop
            : -stop;
      }
    }
    return -1;
  }

  /** True for the name of an authentication scheme. */
  static boolean isScheme(String text, int start, int end) {
    for (String scheme : SCHEMES) {
      if (end - start == scheme.length()
          && text.regionMatches(true, start, scheme, 0, scheme.length())) {
        return true;
      }
    }
    return false;
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
    boolean prose = true;
    while (stop < text.length() && isTokenChar(text.charAt(stop))) {
      char c = text.charAt(stop);
      prose &= c == '-' || c == '.' || Character.isLowerCase(c) || stop == end + 1;
      stop++;
    }
    // "basic authentication" is prose: a credential is not letters of one case.
    int length = stop - end - 1;
    boolean word = text.startsWith("uthentication", end + 2) || text.startsWith("uth", end + 2);
    return length >= 8 && !(prose && (word || length < MIN_SECRET)) ? stop : -1;
  }

  /** The path of a webhook's URL is its secret. */
  private static int webhook(String text, int start) {
    for (String host : WEBHOOKS) {
      if (text.startsWith(host, start)) {
        int stop = start + host.length();
        while (stop < text.length()
            && (isSecretChar(text.charAt(stop)) || text.charAt(stop) == '/')) {
          stop++;
        }
        return stop - start >= host.length() + MIN_SECRET ? stop : -1;
      }
    }
    return -1;
  }

  /** {@code 123456789:AA…}, 35 characters after the colon, also behind {@code bot}. */
  private static int telegramBot(String text, int start, int end) {
    int digits = text.startsWith("bot", start) ? start + 3 : start;
    if (text.charAt(end) != ':' || end - digits < 6 || end - digits > 12) {
      return -1;
    }
    for (int at = digits; at < end; at++) {
      if (!TextScan.isDigit(text.charAt(at))) {
        return -1;
      }
    }
    int stop = end + 1;
    while (stop < text.length()
        && (TextScan.isWord(text.charAt(stop)) || text.charAt(stop) == '-')) {
      stop++;
    }
    int length = stop - end - 1;
    return length >= 30 && length <= 50 && isRandom(text, end + 1, stop) ? stop : -1;
  }

  /** End of an AWS secret key behind its key id, else the end of the id. */
  private static int afterAwsSecret(String text, int end) {
    int from = end;
    while (from < text.length() && from < end + 3 && " :,/".indexOf(text.charAt(from)) >= 0) {
      from++;
    }
    int stop = from;
    while (stop < text.length() && stop - from <= 40 && isBase64(text.charAt(stop))) {
      stop++;
    }
    return from > end && stop - from == 40 ? stop : end;
  }

  private static boolean isBase64(char c) {
    return (c != '_' && TextScan.isWord(c)) || c == '+' || c == '/';
  }

  /** True if a text contains a digit or an upper-case letter, as words with hyphens do not. */
  private static boolean isRandom(String text, int from, int to) {
    for (int at = from; at < to; at++) {
      char c = text.charAt(at);
      if (TextScan.isDigit(c) || Character.isUpperCase(c)) {
        return true;
      }
    }
    return false;
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
