package org.aragora.telemetry.chassis.redact;

import java.util.Locale;
import java.util.Set;

/** Recognizes phone and card numbers at a position of a text, up to a limit. */
final class PhoneAndCardNumbers {

  private static final Set<String> CARD_WORDS =
      Set.of("cc", "pan", "visa", "mastercard", "maestro", "amex", "karte", "kreditkarte");
  private static final Set<String> NUMBER_WORDS =
      Set.of("number", "no", "nr", "num", "nummer", "is", "ending");
  private static final int MAX_WORD = 24;

  private PhoneAndCardNumbers() {}

  /**
   * End of the card number that starts at {@code start}, else -1. One without groups is a card
   * number only behind a word such as {@code card}: one id in ten passes the Luhn test.
   */
  static int card(String text, int start, int limit) {
    if (text.charAt(start) < '2' || text.charAt(start) > '6') {
      return -1;
    }
    int digits = 0;
    boolean grouped = false;
    int sum = 0;
    int sumShifted = 0;
    int at = start;
    int end = start;
    while (at < limit) {
      char c = text.charAt(at);
      if (TextScan.isDigit(c)) {
        // Luhn from the left: which digits are doubled depends on the length, so keep both sums.
        int value = c - '0';
        int doubled = value * 2 > 9 ? value * 2 - 9 : value * 2;
        sum += digits % 2 == 0 ? doubled : value;
        sumShifted += digits % 2 == 0 ? value : doubled;
        digits++;
        end = at + 1;
      } else if (!isGroupSeparator(c) || end != at || (digits % 4 != 0 && digits != 10)) {
        break;
      } else {
        grouped |= at + 1 < limit && TextScan.isDigit(text.charAt(at + 1));
      }
      at++;
    }
    if (digits < 13 || digits > 19 || !isBoundary(text, end)) {
      return -1;
    }
    int luhn = digits % 2 == 0 ? sum : sumShifted;
    boolean isCard = luhn % 10 == 0 && (grouped || followsCardWord(text, start));
    return isCard ? end : -1;
  }

  /** True for the name of a field that contains a card number. */
  static boolean isCardName(String name) {
    String word = name.toLowerCase(Locale.ROOT);
    return word.contains("card") || CARD_WORDS.contains(word) || word.startsWith("cc_");
  }

  private static boolean isGroupSeparator(char c) {
    return c == ' ' || c == '-' || c == '\u00a0' || c == '\u2011' || c == '\u202f';
  }

  private static boolean followsCardWord(String text, int start) {
    int end = wordEnd(text, start);
    int begin = wordStart(text, end);
    String word = text.substring(begin, end);
    if (NUMBER_WORDS.contains(word.toLowerCase(Locale.ROOT))) {
      end = wordEnd(text, begin);
      word = text.substring(wordStart(text, end), end);
    }
    return isCardName(word);
  }

  private static int wordEnd(String text, int before) {
    int at = before;
    while (at > 0 && at > before - 6 && !TextScan.isWord(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static int wordStart(String text, int end) {
    int at = end;
    while (at > 0 && at > end - MAX_WORD && TextScan.isWord(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  /**
   * End of the phone number that starts at {@code start}, else -1: {@code +49 171 1234567}, {@code
   * (212) 555-0187}, {@code 212-555-0187}, {@code 1-212-555-0187}. Digits alone are not a phone
   * number, because they may be a time or an id.
   */
  static int phone(String text, int start, int limit) {
    return text.charAt(start) == '+'
        ? international(text, start, limit)
        : northAmerican(text, start, limit);
  }

  private static int international(String text, int start, int limit) {
    int digits = 0;
    boolean grouped = false;
    int end = start;
    for (int at = start + 1; at < limit; at++) {
      char c = text.charAt(at);
      if (TextScan.isDigit(c)) {
        grouped |= digits > 0 && at > end;
        digits++;
        end = at + 1;
      } else if (" -.()/".indexOf(c) < 0 || at - end > 1) {
        break;
      }
    }
    boolean first = start + 1 < limit && "(123456789".indexOf(text.charAt(start + 1)) >= 0;
    int fewest = grouped ? 8 : 10;
    return first && digits >= fewest && digits <= 15 && isBoundary(text, end) ? end : -1;
  }

  private static int northAmerican(String text, int start, int limit) {
    int at = start;
    if (text.charAt(at) == '1' && at + 1 < limit && isSeparator(text.charAt(at + 1))) {
      at += 2;
    }
    boolean open = at < limit && text.charAt(at) == '(';
    at = areaDigits(text, open ? at + 1 : at, limit);
    if (at < 0 || at >= limit) {
      return -1;
    }
    if (open) {
      if (text.charAt(at) != ')') {
        return -1;
      }
      at++;
      if (at < limit && (text.charAt(at) == ' ' || text.charAt(at) == '-')) {
        at++;
      }
    } else if (isSeparator(text.charAt(at))) {
      at++;
    } else {
      return -1;
    }
    at = areaDigits(text, at, limit);
    if (at < 0 || at >= limit || !isSeparator(text.charAt(at))) {
      return -1;
    }
    at = digits(text, at + 1, limit, 4);
    return at > 0 && isBoundary(text, at) ? at : -1;
  }

  /** End of three digits of which the first is 2 to 9, as area and exchange codes are. */
  private static int areaDigits(String text, int from, int limit) {
    return from < limit && text.charAt(from) >= '2' ? digits(text, from, limit, 3) : -1;
  }

  private static boolean isSeparator(char c) {
    return c == '-' || c == '.';
  }

  private static int digits(String text, int from, int limit, int count) {
    if (from + count > limit) {
      return -1;
    }
    for (int at = from; at < from + count; at++) {
      if (!TextScan.isDigit(text.charAt(at))) {
        return -1;
      }
    }
    return from + count;
  }

  private static boolean isBoundary(String text, int end) {
    if (end >= text.length()) {
      return true;
    }
    char after = text.charAt(end);
    return !TextScan.isWord(after)
        && !(after == '-' && end + 1 < text.length() && TextScan.isWord(text.charAt(end + 1)));
  }
}
