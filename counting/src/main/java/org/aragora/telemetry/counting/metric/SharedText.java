package org.aragora.telemetry.counting.metric;

/**
 * One object for equal texts, as far as a table of fixed size remembers them: few names and label
 * values make many series. Safe for use by several threads.
 */
final class SharedText {
  private static final int SLOTS = 1 << 14;

  /** Threads may overwrite each other's texts, which costs memory alone. */
  private static final String[] TEXTS = new String[SLOTS];

  private SharedText() {}

  /** Returns a text that equals {@code text}. */
  static String of(String text) {
    int hash = text.hashCode();
    int slot = (hash ^ hash >>> 16) & (SLOTS - 1);
    String known = TEXTS[slot];
    if (text.equals(known)) {
      return known;
    }
    TEXTS[slot] = text;
    return text;
  }
}
