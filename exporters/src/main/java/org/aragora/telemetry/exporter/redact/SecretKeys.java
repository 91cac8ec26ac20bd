package org.aragora.telemetry.exporter.redact;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Names of fields that contain secrets, compared without case and punctuation. A name that merely
 * contains such a word, like {@code total_tokens} or {@code session_id}, is not one of them.
 */
final class SecretKeys {

  private static final Set<String> EXACT =
      Set.of("pwd", "auth", "ssn", "cvv", "cvc", "dsn", "pin", "xapikey", "setcookie", "jwt");
  private static final List<String> ENDINGS =
      List.of(
          "password",
          "passwd",
          "passphrase",
          "secret",
          "secretkey",
          "apikey",
          "accesskey",
          "privatekey",
          "signingkey",
          "encryptionkey",
          "token",
          "authorization",
          "cookie",
          "credential",
          "credentials",
          "creditcard",
          "cardnumber");
  private static final int MAX_KEY_CHARS = 64;

  private final Set<String> more = new HashSet<>();
  private final Set<String> kept = new HashSet<>();
  private final Memo<Boolean> known = new Memo<>(this::isSecret);

  SecretKeys(Collection<String> more, Collection<String> kept) {
    more.forEach(key -> this.more.add(bare(key)));
    kept.forEach(key -> this.kept.add(bare(key)));
  }

  boolean contains(String key) {
    if (key.length() > MAX_KEY_CHARS || key.length() < 3) {
      return false;
    }
    return known.get(key);
  }

  private boolean isSecret(String key) {
    String bare = bare(key);
    if (kept.contains(bare)) {
      return false;
    }
    if (EXACT.contains(bare) || more.contains(bare)) {
      return true;
    }
    for (String ending : ENDINGS) {
      if (bare.endsWith(ending)) {
        return true;
      }
    }
    return false;
  }

  /** True for a short number: under a name such as {@code token} it is a count. */
  static boolean isCount(String value) {
    if (value.isEmpty() || value.length() > 9) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < '0' || value.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  boolean isToken(String key) {
    return bare(key).endsWith("token");
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
