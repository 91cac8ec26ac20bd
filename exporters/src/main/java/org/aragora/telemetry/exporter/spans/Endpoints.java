package org.aragora.telemetry.exporter.spans;

/** Paths as span names: without query and with ids folded, so that names stay few. */
final class Endpoints {

  private static final String ID = "{id}";

  private Endpoints() {}

  /** The path alone. */
  static String path(String endpoint) {
    int end = endpoint.length();
    for (int i = 0; i < endpoint.length(); i++) {
      char c = endpoint.charAt(i);
      if (c == '?' || c == '#') {
        end = i;
        break;
      }
    }
    return endpoint.substring(0, end);
  }

  /** The path with segments that are ids folded. */
  static String template(String endpoint) {
    String path = path(endpoint);
    StringBuilder template = new StringBuilder(path.length());
    int start = 0;
    for (int i = 0; i <= path.length(); i++) {
      if (i == path.length() || path.charAt(i) == '/') {
        template.append(isId(path, start, i) ? ID : path.substring(start, i));
        if (i < path.length()) {
          template.append('/');
        }
        start = i + 1;
      }
    }
    return template.toString();
  }

  /**
   * A segment that no one would write into a route: digits alone, or eight characters and more with
   * digits among hexadecimal or after an underscore or hyphen.
   */
  private static boolean isId(String path, int from, int to) {
    int digits = 0;
    int hex = 0;
    int tail = from;
    for (int i = from; i < to; i++) {
      char c = path.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      digits += digit ? 1 : 0;
      hex += digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-' ? 1 : 0;
      tail = c == '_' || c == '-' ? i + 1 : tail;
    }
    int length = to - from;
    if (length == 0 || digits == 0) {
      return false;
    }
    return digits == length || (length >= 8 && (hex == length || isHex(path, tail, to)));
  }

  private static boolean isHex(String path, int from, int to) {
    if (to - from < 6) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (Character.digit(path.charAt(i), 16) < 0) {
        return false;
      }
    }
    return true;
  }
}
