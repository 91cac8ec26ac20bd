package org.aragora.telemetry.counting.measure;

import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A function of strings that remembers its results, within bounds. Not thread-safe. */
final class Memo {
  private static final int MAX_STRINGS = 4096;
  private static final int MAX_CHARS = 256;

  private final UnaryOperator<String> function;
  private final Map<String, String> known = new HashMap<>();

  Memo(UnaryOperator<String> function) {
    this.function = function;
  }

  String of(String argument) {
    String result = known.get(argument);
    if (result == null) {
      result = function.apply(argument);
      if (argument.length() <= MAX_CHARS) {
        if (known.size() >= MAX_STRINGS) {
          known.clear();
        }
        known.put(argument, result);
      }
    }
    return result;
  }
}
