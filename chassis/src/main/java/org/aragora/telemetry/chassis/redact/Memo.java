package org.aragora.telemetry.chassis.redact;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Memoizes a pure function of short, repetitive strings, such as names of loggers and fields.
 * Thread-safe.
 */
final class Memo<T> {

  private static final int MAX_TEXTS = 2_000;
  private static final int MAX_CHARS = 128;

  private final Map<String, T> known = new ConcurrentHashMap<>();
  private final Function<String, T> function;

  Memo(Function<String, T> function) {
    this.function = function;
  }

  T get(String text) {
    T result = known.get(text);
    if (result == null) {
      result = function.apply(text);
      if (text.length() <= MAX_CHARS && known.size() < MAX_TEXTS) {
        known.put(text, result);
      }
    }
    return result;
  }
}
