package org.aragora.telemetry.exporter.redact;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pass of redaction over one text, from word to word. Characters are read again only before an
 * {@code @} and after the start of a number or a domain, each up to a bound.
 */
final class TextScan {

  private static final int MAX_LOCAL_PART = 64;
  private static final int MAX_DOMAIN = 255;
  private static final int MAX_NUMBER = 32;
  private static final String PEM_BEGIN = "-----BEGIN ";
  private static final String PEM_END = "-----END ";
  private static final String PEM_KEY = "PRIVATE KEY-----";

  /** True for ASCII letters, digits and the low line. */
  private static final boolean[] ASCII_WORD = asciiWord();

  private final String text;
  private final int length;
  private final SecretKeys keys;
  private final boolean secrets;
  private final boolean email;
  private final boolean phone;
  private final boolean card;
  private @Nullable StringBuilder out;

  /** Index before which everything has been copied or removed. */
  private int copied;

  /** Index before which no token of several words can begin. */
  private int plainUntil;

  TextScan(String text, SecretKeys keys, Set<Redactor.Kind> kinds) {
    this.text = text;
    this.length = text.length();
    this.keys = keys;
    secrets = kinds.contains(Redactor.Kind.SECRETS);
    email = kinds.contains(Redactor.Kind.EMAIL);
    phone = kinds.contains(Redactor.Kind.PHONE);
    card = kinds.contains(Redactor.Kind.CARD);
  }

  String run() {
    int at = 0;
    while (at < length) {
      char c = text.charAt(at);
      if (isWord(c)) {
        at = word(at);
      } else if (c == '@' && email) {
        at = email(at);
      } else if ((c == '+' || c == '(') && phone) {
        int end = PhoneAndCardNumbers.phone(text, at, Math.min(length, at + MAX_NUMBER));
        at = end < 0 ? at + 1 : remove(at, end);
      } else if (c == ':' && secrets) {
        at = urlCredentials(at);
      } else if (c == '-' && secrets && text.startsWith(PEM_BEGIN, at)) {
        at = privateKey(at);
      } else {
        at++;
      }
    }
    StringBuilder result = out;
    return result == null ? text : result.append(text, copied, length).toString();
  }

  private int word(int start) {
    if (isDigit(text.charAt(start)) && (phone || card) && startsNumber(start)) {
      int limit = Math.min(length, start + MAX_NUMBER);
      int end = card ? PhoneAndCardNumbers.card(text, start, limit) : -1;
      if (end < 0 && phone) {
        end = PhoneAndCardNumbers.phone(text, start, limit);
      }
      if (end > 0) {
        return remove(start, end);
      }
    }
    int end = start;
    while (end < length && isWord(text.charAt(end))) {
      end++;
    }
    if (!secrets) {
      return end;
    }
    int tokenEnd = start < plainUntil ? -1 : SecretTokens.end(text, start, end);
    if (tokenEnd > 0) {
      return remove(start, tokenEnd);
    }
    // A run that fails from here fails from each of its later words: do not read it again.
    plainUntil = tokenEnd < -1 ? -tokenEnd : plainUntil;
    int scheme = SecretTokens.credentialAfterScheme(text, start, end);
    if (scheme > 0) {
      return remove(end + 1, scheme);
    }
    int assignment = assignment(end);
    if (assignment < 0) {
      return end;
    }
    int keyStart = keyStart(start);
    return keys.contains(text.substring(keyStart, end)) ? valueOf(keyStart, end, assignment) : end;
  }

  /** Index of the {@code =} or {@code :} that follows a name, else -1. */
  private int assignment(int end) {
    int at = end;
    if (at < length && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      at++;
    }
    at = skipSpaces(at);
    return at < length && (text.charAt(at) == '=' || text.charAt(at) == ':') ? at : -1;
  }

  /** Start of a name, which may contain hyphens: {@code x-api-key}. */
  private int keyStart(int start) {
    int floor = Math.max(copied, start - MAX_LOCAL_PART);
    int at = start;
    while (at > floor && (isWord(text.charAt(at - 1)) || text.charAt(at - 1) == '-')) {
      at--;
    }
    return at;
  }

  /** Removes the value that follows the name of a secret, if any. */
  private int valueOf(int start, int end, int assignment) {
    int at = skipSpaces(assignment + 1);
    if (at >= length) {
      return at;
    }
    char quote = text.charAt(at);
    if (quote == '"' || quote == '\'') {
      int close = at + 1;
      while (close < length && text.charAt(close) != quote) {
        close += text.charAt(close) == '\\' ? 2 : 1;
      }
      return remove(at + 1, Math.min(close, length));
    }
    int stop = at;
    while (stop < length && !endsValue(text.charAt(stop))) {
      stop++;
    }
    String value = text.substring(at, Math.min(stop, at + 16));
    if (keys.isToken(text.substring(start, end)) && SecretKeys.isCount(value)) {
      return stop;
    }
    if (stop < length && isSchemeName(value)) { // "Authorization: Bearer xyz"
      int credential = skipSpaces(stop);
      while (credential < length && !endsValue(text.charAt(credential))) {
        credential++;
      }
      return remove(at, credential);
    }
    return stop == at ? at : remove(at, stop);
  }

  private static boolean isSchemeName(String value) {
    return value.equalsIgnoreCase("bearer")
        || value.equalsIgnoreCase("basic")
        || value.equalsIgnoreCase("token");
  }

  private int skipSpaces(int from) {
    int at = from;
    while (at < length && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  private static boolean endsValue(char c) {
    return c <= ' ' || c == ',' || c == ';' || c == '&' || c == '"' || c == '\'' || c == '}'
        || c == ')' || c == ']';
  }

  private int email(int at) {
    int start = at;
    int floor = Math.max(copied, at - MAX_LOCAL_PART);
    while (start > floor && isLocalPart(text.charAt(start - 1))) {
      start--;
    }
    int end = at + 1;
    int ceiling = Math.min(length, at + MAX_DOMAIN);
    while (end < ceiling && isDomain(text.charAt(end))) {
      end++;
    }
    while (end > at + 1 && (text.charAt(end - 1) == '.' || text.charAt(end - 1) == '-')) {
      end--;
    }
    int lastDot = end - 1;
    while (lastDot > at && text.charAt(lastDot) != '.') {
      lastDot--;
    }
    boolean isAddress = start < at && lastDot > at + 1 && end - lastDot > 2;
    return isAddress ? remove(start, end) : at + 1;
  }

  private static boolean isLocalPart(char c) {
    return isWord(c) || c == '.' || c == '+' || c == '%' || c == '\'';
  }

  private static boolean isDomain(char c) {
    return Character.isLetterOrDigit(c) || c == '.' || c == '-';
  }

  /** Removes the password from {@code ://user:password@host}. */
  private int urlCredentials(int at) {
    if (!text.startsWith("://", at)) {
      return at + 1;
    }
    int ceiling = Math.min(length, at + MAX_DOMAIN);
    int colon = -1;
    int sign = -1;
    for (int i = at + 3; i < ceiling; i++) {
      char c = text.charAt(i);
      if (c == ':' && colon < 0) {
        colon = i;
      } else if (c == '@') {
        sign = i;
      } else if (c == '/' || c == '?' || c == '#' || c <= ' ' || c == '"') {
        break;
      }
    }
    if (sign < 0) {
      return at + 3;
    }
    remove(colon > 0 && colon < sign ? colon + 1 : at + 3, sign);
    return sign + 1;
  }

  /** Removes a private key, up to the end of the text if its end is missing. */
  private int privateKey(int at) {
    String head = text.substring(at, Math.min(length, at + MAX_LOCAL_PART));
    int key = head.indexOf(PEM_KEY);
    if (key < 0 || head.lastIndexOf('\n', key) >= 0) {
      return at + PEM_BEGIN.length();
    }
    int tail = text.indexOf(PEM_END, at + key);
    int end = tail < 0 ? -1 : text.indexOf("-----", tail + PEM_END.length());
    return remove(at, end < 0 ? length : end + 5);
  }

  private boolean startsNumber(int start) {
    if (start == 0) {
      return true;
    }
    char before = text.charAt(start - 1);
    return before != '.' && before != '-' && before != '+';
  }

  private int remove(int from, int to) {
    if (to <= from) {
      return Math.max(from, to);
    }
    StringBuilder result = out;
    if (result == null) {
      result = new StringBuilder(length);
      out = result;
    }
    result.append(text, copied, from).append(Redactor.MARK);
    copied = to;
    return to;
  }

  static boolean isWord(char c) {
    return c < ASCII_WORD.length ? ASCII_WORD[c] : Character.isLetterOrDigit(c);
  }

  private static boolean[] asciiWord() {
    boolean[] word = new boolean[128];
    for (char c = 0; c < word.length; c++) {
      word[c] = Character.isLetterOrDigit(c) || c == '_';
    }
    return word;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
