package org.aragora.telemetry.chassis.redact;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pass of redaction over one text, from word to word. Characters are read again only before an
 * {@code @} and after the start of a number or a domain, each up to a bound.
 */
final class TextScan {

  /** Characters that end a path. */
  private static final String METHOD_ENDS = " \t\r\n?#\"'`,;)]}";

  private static final int MAX_LOCAL_PART = 64;
  private static final int MAX_DOMAIN = 255;
  private static final int MAX_NUMBER = 32;
  private static final String PEM_BEGIN = "-----BEGIN ";
  private static final String PEM_END = "-----END ";
  private static final String PEM_KEY = "PRIVATE KEY";
  private static final int MAX_HEAD = 64;
  private static final int MIN_SIGNATURE = 16;
  private static final int MIN_CODE = 10;

  /** True for ASCII letters, digits and the low line. */
  private static final boolean[] ASCII_WORD = asciiWord();

  private final String text;
  private final int length;
  private final SecretKeys keys;
  private final AssignedValue values;
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
    values = new AssignedValue(text);
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
      } else if ((c == '+' || c == '(') && phone && !(at > 0 && isWord(text.charAt(at - 1)))) {
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
    int operator = values.afterOperator(end);
    return operator < 0 ? xmlValue(start, end) : assigned(keyStart(start), end, operator);
  }

  /** Start of a name, which may contain hyphens and dots: {@code x-api-key}. */
  private int keyStart(int start) {
    int floor = Math.max(copied, start - MAX_LOCAL_PART);
    int at = start;
    while (at > floor && AssignedValue.isName(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private int xmlValue(int start, int end) {
    boolean tag =
        start > copied
            && text.charAt(start - 1) == '<'
            && end + 1 < length
            && text.charAt(end) == '>'
            && keys.form(text.substring(start, end)) != SecretKeys.Form.NONE;
    if (!tag) {
      return end;
    }
    int close = text.indexOf('<', end);
    int stop = close < 0 ? length : close;
    return HarmlessValues.contains(text.substring(end + 1, stop)) ? stop : remove(end + 1, stop);
  }

  /** Removes the value that follows a name, if the name is that of a secret. */
  private int assigned(int nameStart, int nameEnd, int operator) {
    String name = text.substring(nameStart, nameEnd);
    SecretKeys.Form form = keys.form(name);
    if (form == SecretKeys.Form.NONE && singleKey(name)) {
      form = keys.form(withWordBefore(nameStart, name));
    }
    int at = values.start(operator);
    if (form == SecretKeys.Form.NONE) {
      return isLongValue(nameStart, name, at) ? value(nameStart, at, form, '=') : nameEnd;
    }
    char sign = text.charAt(values.skipBlanks(operator - 1));
    int end = value(nameStart, at, form, sign);
    // "password: str = 'x'": what follows the type is the value.
    int next = values.skipBlanks(end);
    if (sign == ':' && end > at && next < length && text.charAt(next) == '=') {
      return value(nameStart, values.start(values.afterOperator(end)), form, '=');
    }
    return end;
  }

  private static boolean singleKey(String name) {
    return name.equalsIgnoreCase("key") || name.equalsIgnoreCase("keys");
  }

  /** The name with the word before it: "API key". */
  private String withWordBefore(int nameStart, String name) {
    int end = nameStart - 1;
    if (end <= copied || text.charAt(end) != ' ' || !isWord(text.charAt(end - 1))) {
      return name;
    }
    return text.substring(keyStart(end), end) + "_" + name;
  }

  /** OAuth's {@code ?code=} and Digest's {@code response="…"}. */
  private boolean isLongValue(int nameStart, String name, int at) {
    char before = nameStart == 0 ? 0 : text.charAt(nameStart - 1);
    if (name.equals("code") && (before == '?' || before == '&')) {
      int end = values.plainEnd(at, Math.min(length, at + MAX_DOMAIN));
      String code = text.substring(at, end);
      return code.length() >= MIN_CODE
          && code.chars().anyMatch(Character::isDigit)
          && code.chars().anyMatch(Character::isLetter);
    }
    if (!name.equalsIgnoreCase("response")) {
      return false;
    }
    int level = values.quoteLevel(at);
    if (level < 0) {
      return false;
    }
    int from = at + level + 1;
    int end = Math.min(length, from + MAX_HEAD);
    int stop = from;
    while (stop < end && Character.digit(text.charAt(stop), 16) >= 0) {
      stop++;
    }
    return stop - from == 32 || stop - from == 64;
  }

  /** Removes the value at {@code at} unless it is harmless; returns its end. */
  private int value(int nameStart, int at, SecretKeys.Form form, char sign) {
    if (at >= length) {
      return length;
    }
    int quote = at + values.literalPrefix(at);
    int level = values.quoteLevel(quote);
    if (level >= 0) {
      int from = quote + level + 1;
      int end = values.quotedEnd(from, text.charAt(from - 1), level);
      return removeUnlessHarmless(from, end, form);
    }
    if (sign == ':' && nameStart > 0 && text.charAt(nameStart - 1) == '/') {
      int method = at;
      while (method < length && Character.isLetter(text.charAt(method))) {
        method++;
      }
      boolean ends = method == length || METHOD_ENDS.indexOf(text.charAt(method)) >= 0;
      if (ends && HarmlessValues.isMethod(text.substring(at, method))) {
        return method;
      }
    }
    if (form == SecretKeys.Form.LINE) {
      return line(nameStart, at, sign);
    }
    char first = text.charAt(at);
    if ((first == '[' || first == '{' || first == '(') && !text.startsWith(Redactor.MARK, at)) {
      int close = values.bracketEnd(at);
      return removeUnlessHarmless(at, Math.max(close, values.plainEnd(close)), form);
    }
    int stop = values.plainEnd(at);
    boolean prose = sign == ':' && stop < length && text.charAt(stop) == ' ';
    if (prose && HarmlessValues.isProse(text.substring(at, stop))) {
      return stop;
    }
    if (form == SecretKeys.Form.WEAK && sign == ':' && isPlainWord(at, stop)) {
      return stop;
    }
    int credential = SecretTokens.isScheme(text, at, stop) ? values.skipBlanks(stop) : stop;
    return removeUnlessHarmless(at, values.plainEnd(credential), form);
  }

  private int line(int nameStart, int at, char sign) {
    int lineEnd = values.lineEnd(nameStart, at);
    int word = values.plainEnd(at, lineEnd);
    char after = word < length ? text.charAt(word) : ' ';
    String first = text.substring(at, word);
    boolean alone = after != ';' && (HarmlessValues.contains(first) || isCount(first));
    if (alone && text.startsWith(Redactor.MARK, at)) {
      return sign == ':' && lineEnd > word ? remove(at, lineEnd) : word;
    }
    if (alone || (after == ' ' && HarmlessValues.isProse(first))) {
      return word;
    }
    boolean whole = sign == ':' || SecretTokens.isScheme(text, at, word);
    return remove(at, whole ? lineEnd : values.pairsEnd(at));
  }

  private boolean isPlainWord(int from, int to) {
    for (int at = from; at < to; at++) {
      char c = text.charAt(at);
      if (!Character.isLowerCase(c) && !(at == to - 1 && c == '.')) {
        return false;
      }
    }
    return true;
  }

  private int removeUnlessHarmless(int from, int to, SecretKeys.Form form) {
    if (to <= from) {
      return Math.max(from, to);
    }
    String value = text.substring(from, to);
    if (HarmlessValues.contains(value)) {
      return to;
    }
    boolean mayCount = form == SecretKeys.Form.COUNTABLE || form == SecretKeys.Form.WEAK;
    if (mayCount && isCount(value)) {
      return to;
    }
    if (form == SecretKeys.Form.SIGNATURE && (value.length() < MIN_SIGNATURE || hasBlank(value))) {
      return to;
    }
    return remove(from, to);
  }

  private static boolean isCount(String value) {
    int end = value.length();
    while (end > 0 && (value.charAt(end - 1) == '.' || value.charAt(end - 1) == ',')) {
      end--;
    }
    return SecretKeys.isCount(value.substring(0, end)) || HarmlessValues.isCounts(value);
  }

  private static boolean hasBlank(String value) {
    return value.indexOf(' ') >= 0;
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
    boolean isAddress =
        start < at
            && lastDot > at + 1
            && end - lastDot > 2
            && Character.isLetter(text.charAt(lastDot + 1))
            && !(at - start == 3 && text.startsWith("git", start));
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
    int from = at + 3;
    int sign = UrlCredentials.sign(text, from);
    if (sign < 0) {
      return from;
    }
    int colon = text.indexOf(':', from);
    boolean pair = colon > 0 && colon < sign;
    int secret = pair ? colon + 1 : from;
    String value = text.substring(secret, sign);
    if (value.equals(Redactor.MARK) || value.isEmpty() || (!pair && value.equals("git"))) {
      return sign;
    }
    remove(secret, sign);
    return sign + 1;
  }

  /** Removes a private key, up to the end of the text if its end is missing. */
  private int privateKey(int at) {
    String head = text.substring(at, Math.min(length, at + MAX_HEAD));
    int key = head.indexOf(PEM_KEY);
    int close = head.indexOf("-----", PEM_BEGIN.length());
    if (key < 0 || close < key || head.lastIndexOf('\n', key) >= 0) {
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
    return before != '.' && before != '-' && before != '+' && before != '@';
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
