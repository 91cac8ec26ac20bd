package org.aragora.telemetry.chassis.redact;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Names of fields that contain secrets, compared without case and punctuation, in singular and
 * plural, with digits and further words before and after: {@code db_password_prod}. A name that
 * ends with a word such as {@code count}, {@code id} or {@code expires} is not one of them.
 */
final class SecretKeys {

  /** Kind of a name: it decides which values stay. */
  enum Form {
    /** Not the name of a secret. */
    NONE,
    /** Every value is a secret, up to those of {@link HarmlessValues}. */
    VALUE,
    /** As {@link #VALUE}, but a short number is a count and stays. */
    COUNTABLE,
    /** A word of prose too: plain words after a colon stay. */
    WEAK,
    /** Header or phrase: the value extends to the end of the line. */
    LINE,
    /** Only a long value is a secret. */
    SIGNATURE
  }

  private static final Set<String> LINES =
      Set.of("cookie", "setcookie", "authorization", "passphrase", "mnemonic", "seedphrase");
  private static final Set<String> EXACT =
      Set.of(
          "pwd",
          "pw",
          "pswd",
          "psw",
          "ssn",
          "cvv",
          "cvc",
          "dsn",
          "pin",
          "jwt",
          "cred",
          "bearer",
          "htpasswd");
  private static final Set<String> WEAK = Set.of("pass", "auth");
  private static final Set<String> SIGNATURES = Set.of("sig", "signature");
  private static final List<String> ENDINGS =
      List.of(
          "password",
          "passwd",
          "passcode",
          "passwort",
          "secret",
          "secretkey",
          "apikey",
          "accesskey",
          "accountkey",
          "masterkey",
          "privatekey",
          "signingkey",
          "encryptionkey",
          "authkey",
          "credential",
          "creditcard",
          "cardnumber");

  /** Words before {@code key} that make it the name of a secret. */
  private static final Set<String> OF_KEYS =
      Set.of(
          "api",
          "access",
          "account",
          "app",
          "auth",
          "client",
          "consumer",
          "deploy",
          "encryption",
          "hmac",
          "jwt",
          "license",
          "master",
          "private",
          "secret",
          "service",
          "session",
          "shared",
          "signing",
          "ssh",
          "storage",
          "webhook");

  /** Last words that name a fact about a secret. */
  private static final Set<String> FACTS =
      Set.of(
          ("age at attempts backend bytes change changed changes chars class configured count"
                  + " counter created date days deleted enabled endpoint engine error errors exists"
                  + " expired expires expiry failed failure failures field file format found header"
                  + " hours id ids index issuer kind label len length level limit limits manager"
                  + " max min minutes missing mode ms name names needed path policy present"
                  + " provider rate ratio reason refreshed required requests reset resets result"
                  + " rotated rotation rule rules seconds size source state status store strength"
                  + " time timeout total ttl type types updated uri url usage used valid validation"
                  + " validator version window")
              .split(" "));

  private static final int MAX_COUNT_CHARS = 12;

  private final Set<String> more = new HashSet<>();
  private final Set<String> kept = new HashSet<>();
  private final Memo<Form> known = new Memo<>(this::classify);

  SecretKeys(Collection<String> more, Collection<String> kept) {
    more.forEach(key -> this.more.add(bare(key)));
    kept.forEach(key -> this.kept.add(bare(key)));
  }

  /** Kind of a name. */
  Form form(String key) {
    return key.length() < 2 ? Form.NONE : known.get(key);
  }

  private Form classify(String key) {
    String bare = bare(key);
    if (kept.contains(bare)) {
      return Form.NONE;
    }
    if (more.contains(bare) || bare.equals("secretid")) {
      return Form.VALUE;
    }
    List<String> words = words(key);
    if (words.isEmpty()) {
      return Form.NONE;
    }
    String last = words.get(words.size() - 1);
    if (last.equals("code")) {
      return words.contains("authorization") ? Form.VALUE : Form.NONE;
    }
    if (FACTS.contains(last)) {
      return Form.NONE;
    }
    Form form = byWords(words);
    return form == Form.NONE ? byWords(List.of(withoutDigits(bare))) : form;
  }

  private static Form byWords(List<String> words) {
    String last = words.get(words.size() - 1);
    boolean plural = last.endsWith("s") && !last.endsWith("ss");
    Form found = Form.NONE;
    String before = "";
    for (String word : words) {
      String one = singular(word);
      if (endsWithAny(one) || (one.equals("key") && OF_KEYS.contains(before))) {
        return plural ? Form.COUNTABLE : Form.VALUE;
      }
      if (one.endsWith("token")) {
        found = Form.COUNTABLE;
      } else if (found == Form.NONE && isLine(one)) {
        found = Form.LINE;
      }
      before = one;
    }
    if (found != Form.NONE) {
      return found;
    }
    String one = singular(last);
    if (EXACT.contains(one)) {
      return Form.VALUE;
    }
    if (SIGNATURES.contains(one)) {
      return Form.SIGNATURE;
    }
    return WEAK.contains(one) ? Form.WEAK : Form.NONE;
  }

  private static boolean isLine(String word) {
    return LINES.contains(word) || word.endsWith("cookie") || word.endsWith("passphrase");
  }

  private static boolean endsWithAny(String word) {
    for (String ending : ENDINGS) {
      if (word.endsWith(ending)) {
        return true;
      }
    }
    return false;
  }

  /**
   * True for a short number: under a name such as {@code tokens} it is a count.
   *
   * @param value without the punctuation of a sentence
   */
  static boolean isCount(String value) {
    if (value.isEmpty() || value.length() > MAX_COUNT_CHARS) {
      return false;
    }
    int digits = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (TextScan.isDigit(c)) {
        digits++;
      } else if (",./".indexOf(c) < 0 && !(i == value.length() - 1 && "kKM%".indexOf(c) >= 0)) {
        return false;
      }
    }
    return digits > 0 && digits <= 9;
  }

  private static String singular(String word) {
    return word.endsWith("s") && !word.endsWith("ss") ? word.substring(0, word.length() - 1) : word;
  }

  /** The words of a name in lower case, without digits: {@code dbPassword_2} is two. */
  private static List<String> words(String key) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      boolean camel = i > 0 && Character.isUpperCase(c) && Character.isLowerCase(key.charAt(i - 1));
      boolean acronym =
          i > 0
              && i + 1 < key.length()
              && Character.isUpperCase(c)
              && Character.isUpperCase(key.charAt(i - 1))
              && Character.isLowerCase(key.charAt(i + 1));
      if ((camel || acronym || !Character.isLetter(c)) && !word.isEmpty()) {
        words.add(word.toString());
        word.setLength(0);
      }
      if (Character.isLetter(c)) {
        word.append(Character.toLowerCase(c));
      }
    }
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  private static String withoutDigits(String bare) {
    int end = bare.length();
    while (end > 0 && TextScan.isDigit(bare.charAt(end - 1))) {
      end--;
    }
    return bare.substring(0, end);
  }

  private static String bare(String key) {
    StringBuilder bare = new StringBuilder(key.length());
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (Character.isLetterOrDigit(c)) {
        bare.append(c);
      }
    }
    return bare.toString().toLowerCase(Locale.ROOT);
  }
}
