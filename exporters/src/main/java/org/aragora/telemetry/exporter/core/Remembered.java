package org.aragora.telemetry.exporter.core;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A pure function of texts that mostly are the same few, like names of loggers and of fields: what
 * it gave for the first ones is kept. Safe for use by several threads.
 */
final class Remembered<T> {

  private static final int MAX_TEXTS = 2_000;
  private static final int MAX_CHARS = 128;

  private final Map<String, T> known = new ConcurrentHashMap<>();
  private final Function<String, T> function;

  Remembered(Function<String, T> function) {
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
