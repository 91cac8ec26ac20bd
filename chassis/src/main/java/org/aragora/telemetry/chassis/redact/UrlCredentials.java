package org.aragora.telemetry.chassis.redact;

/** Credentials of a URL, {@code scheme://user:password@host}; a password may contain slashes. */
final class UrlCredentials {

  private static final int MAX_CHARS = 512;

  private UrlCredentials() {}

  /**
   * Index of the {@code @} that ends the credentials, else -1.
   *
   * @param from index after {@code ://}
   */
  static int sign(String text, int from) {
    int ceiling = Math.min(text.length(), from + MAX_CHARS);
    int colon = -1;
    int slash = -1;
    int sign = -1;
    for (int at = from; at < ceiling; at++) {
      char c = text.charAt(at);
      if (c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\') {
        break;
      }
      if (text.startsWith("://", at)) {
        break;
      }
      if (c == ':' && colon < 0 && slash < 0) {
        colon = at;
      } else if (c == '@') {
        if (slash < 0 || (colon > 0 && !isPort(text, colon, slash))) {
          sign = at;
        }
      } else if ((c == '/' || c == '?' || c == '#') && slash < 0) {
        if (sign > 0) {
          return sign;
        }
        slash = at;
        if (colon < 0) {
          return -1;
        }
      }
    }
    return sign;
  }

  private static boolean isPort(String text, int colon, int slash) {
    for (int at = colon + 1; at < slash; at++) {
      if (!TextScan.isDigit(text.charAt(at))) {
        return false;
      }
    }
    return true;
  }
}
