package org.aragora.telemetry.chassis.redact;

import java.util.List;

/**
 * Limits of the value that follows a name in a text: {@code name=value}, {@code "name": "value"},
 * {@code 'name' => 'value'}, {@code \"name\":\"value\"} and their kin.
 */
final class AssignedValue {

  private static final int MAX_NAME = 64;
  private static final List<String> ESCAPED_OPERATORS = List.of("%3d", "%3a", "\\u003d");

  private final String text;
  private final int length;

  AssignedValue(String text) {
    this.text = text;
    length = text.length();
  }

  /** Index after the operator that follows a name, else -1. */
  int afterOperator(int nameEnd) {
    int at = closingQuote(nameEnd);
    if (at < length && text.charAt(at) == '[') {
      int digits = at + 1;
      while (digits < length && digits < at + 8 && TextScan.isDigit(text.charAt(digits))) {
        digits++;
      }
      at = digits > at + 1 ? digits : at;
    }
    if (at < length && text.charAt(at) == ']') {
      at++;
    }
    at = skipBlanks(at);
    if (at >= length) {
      return -1;
    }
    char sign = text.charAt(at);
    if (sign == '%' || sign == '\\') {
      return afterEscapedOperator(at);
    }
    if (sign != '=' && sign != ':') {
      return -1;
    }
    if (text.startsWith("://", at) || text.startsWith("::", at)) {
      return -1;
    }
    int end = at + 1;
    while (end < length && end < at + 3 && "=>".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    return end;
  }

  private int afterEscapedOperator(int at) {
    for (String escaped : ESCAPED_OPERATORS) {
      if (text.regionMatches(true, at, escaped, 0, escaped.length())) {
        return at + escaped.length();
      }
    }
    return -1;
  }

  private int closingQuote(int at) {
    int quote = afterBackslashes(at);
    return quote < length && isQuote(text.charAt(quote)) ? quote + 1 : at;
  }

  /** Start of the value: blanks and one line break are skipped. */
  int start(int afterOperator) {
    int at = skipBlanks(afterOperator);
    if (at >= length || (text.charAt(at) != '\n' && text.charAt(at) != '\r')) {
      return at;
    }
    int line = text.startsWith("\r\n", at) ? at + 2 : at + 1;
    int next = skipBlanks(line);
    if (text.startsWith("- ", next)) {
      next = skipBlanks(next + 2);
    }
    return next < length && text.charAt(next) > ' ' && !startsAssignment(next) ? next : at;
  }

  /** Number of backslashes before the quote that opens a value, -1 without a quote. */
  int quoteLevel(int at) {
    int quote = afterBackslashes(at);
    return quote < length && isQuote(text.charAt(quote)) ? quote - at : -1;
  }

  /** Length of a prefix such as that of Python's bytes, {@code b'…'}. */
  int literalPrefix(int at) {
    return at + 1 < length
            && "bBuUrRfF@$".indexOf(text.charAt(at)) >= 0
            && isQuote(text.charAt(at + 1))
        ? 1
        : 0;
  }

  /**
   * End of a quoted text: the index of the backslashes before its closing quote, the length of the
   * text without one.
   *
   * @param from index after the opening quote
   * @param level number of backslashes before the opening quote
   */
  int quotedEnd(int from, char quote, int level) {
    if (level == 0
        && from + 1 < length
        && text.charAt(from) == quote
        && text.charAt(from + 1) == quote) {
      int end = text.indexOf(String.valueOf(quote).repeat(3), from + 2);
      return end < 0 ? length : end;
    }
    int period = 2 * (level + 1);
    int backslashes = 0;
    for (int at = from; at < length; at++) {
      char c = text.charAt(at);
      if (c == '\\') {
        backslashes++;
        continue;
      }
      if (c == quote && (backslashes < level || backslashes % period == level)) {
        boolean doubled =
            level == 0 && at > from && at + 1 < length && text.charAt(at + 1) == quote;
        if (!doubled) {
          return at - Math.min(backslashes, level);
        }
        at++;
      }
      backslashes = 0;
    }
    return length;
  }

  /** Index after the bracket that closes the one at {@code open}, the length without one. */
  int bracketEnd(int open) {
    char opening = text.charAt(open);
    char closing = opening == '[' ? ']' : opening == '{' ? '}' : ')';
    int depth = 0;
    char quote = 0;
    for (int at = open; at < length; at++) {
      char c = text.charAt(at);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || (c == '\'' && !TextScan.isWord(text.charAt(at - 1)))) {
        quote = c;
      } else if (c == opening) {
        depth++;
      } else if (c == closing && --depth == 0) {
        return at + 1;
      }
    }
    return length;
  }

  /**
   * End of a value without quotes. A separator or a closing bracket within the value does not end
   * it.
   */
  int plainEnd(int from) {
    return plainEnd(from, length);
  }

  /** As {@link #plainEnd(int)}, at most {@code limit}. */
  int plainEnd(int from, int limit) {
    int at = afterPlaceholder(from);
    while (at < limit) {
      char c = text.charAt(at);
      if (c == '[' && text.startsWith(Redactor.MARK, at)) {
        at += Redactor.MARK.length();
        continue;
      }
      if (c <= ' ' || c == '\u00a0' || c == '\u2028') {
        return at;
      }
      if (c == '\\') {
        int quote = afterBackslashes(at);
        if (quote < length && isQuote(text.charAt(quote)) && !wordFollows(quote)) {
          return at;
        }
        if (text.startsWith("\\u0026", at)) {
          return at;
        }
        at = quote;
        continue;
      }
      boolean ends =
          switch (c) {
            case ',', ';', '&' -> separates(at);
            case '"', '\'', '`', ')', ']', '}', '>' -> !wordFollows(at);
            case '<' -> at + 1 < length && text.charAt(at + 1) == '/';
            case '%' -> text.startsWith("%26", at);
            default -> false;
          };
      if (ends) {
        return at;
      }
      at++;
    }
    return Math.min(at, limit);
  }

  /** Index after {@code <nil>} or {@code ${NAME}}, else {@code from}. */
  private int afterPlaceholder(int from) {
    boolean variable = text.startsWith("${", from);
    if (!variable && !text.startsWith("<", from)) {
      return from;
    }
    int limit = Math.min(length, from + MAX_NAME);
    int at = variable ? from + 2 : from + 1;
    while (at < limit && isName(text.charAt(at))) {
      at++;
    }
    return at < limit && text.charAt(at) == (variable ? '}' : '>') ? at + 1 : from;
  }

  /**
   * End of a value that extends to the end of its line, or to the quote that encloses it.
   *
   * @param nameStart start of the name
   */
  int lineEnd(int nameStart, int from) {
    char enclosing = nameStart > 0 ? text.charAt(nameStart - 1) : 0;
    if (isQuote(enclosing)) {
      int backslashes = 0;
      while (nameStart - 2 - backslashes >= 0
          && text.charAt(nameStart - 2 - backslashes) == '\\'
          && backslashes < MAX_NAME) {
        backslashes++;
      }
      int end = quotedEnd(from, enclosing, backslashes);
      if (end < length) {
        return end;
      }
    }
    int at = from;
    while (at < length && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
      char c = text.charAt(at);
      if (c == '\\') {
        int next = afterBackslashes(at);
        if (text.startsWith("\\r\\n", at) || (next < length && endsJson(next))) {
          break;
        }
        at = next;
        continue;
      }
      if (endsJson(at)) {
        break;
      }
      at++;
    }
    while (at > from && text.charAt(at - 1) <= ' ') {
      at--;
    }
    return at;
  }

  /** End of a header's value after {@code =}: pairs behind a semicolon or comma belong to it. */
  int pairsEnd(int from) {
    int end = plainEnd(from);
    while (end < length && (text.charAt(end) == ';' || text.charAt(end) == ',')) {
      int next = skipBlanks(end + 1);
      int stop = plainEnd(next);
      if (stop == next) {
        break;
      }
      end = stop;
    }
    return end;
  }

  int skipBlanks(int from) {
    int at = from;
    while (at < length && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  /** True for a quote that ends a JSON string within an object or a list. */
  private boolean endsJson(int at) {
    if (text.charAt(at) != '"' || at + 1 >= length) {
      return false;
    }
    char after = text.charAt(at + 1);
    if (after == '}' || after == ']') {
      return true;
    }
    if (after != ',') {
      return false;
    }
    int next = at + 2 < length && text.charAt(at + 2) == ' ' ? at + 3 : at + 2;
    int quote = afterBackslashes(next);
    return quote < length && text.charAt(quote) == '"';
  }

  private boolean separates(int at) {
    int next = at + 1;
    if (next >= length || !TextScan.isWord(text.charAt(next))) {
      return true;
    }
    return startsAssignment(next);
  }

  private boolean startsAssignment(int at) {
    int end = at;
    int limit = Math.min(length, at + MAX_NAME);
    while (end < limit && isName(text.charAt(end))) {
      end++;
    }
    return end > at && end < length && (text.charAt(end) == '=' || text.charAt(end) == ':');
  }

  static boolean isName(char c) {
    return TextScan.isWord(c) || c == '-' || c == '.';
  }

  private boolean wordFollows(int at) {
    return at + 1 < length && TextScan.isWord(text.charAt(at + 1));
  }

  private int afterBackslashes(int from) {
    int at = from;
    while (at < length && text.charAt(at) == '\\') {
      at++;
    }
    return at;
  }

  static boolean isQuote(char c) {
    return c == '"' || c == '\'' || c == '`';
  }
}
