package org.aragora.telemetry.schemas.plain;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The names that a reader asks an object for, each with its place. It learns them: a name that it
 * is asked for and does not have is added, and the value at hand is read in full. So no record of a
 * type lists its fields twice.
 */
final class Names {
  /** Places of names. */
  static final int MOST = 32;

  private final List<String> names = new ArrayList<>();
  private final Words[] quoted = new Words[MOST];

  /** The place that came behind each in the last object: producers have an order. */
  private final int[] behind = new int[MOST + 1];

  static Names of(String... all) {
    Names names = new Names();
    Arrays.asList(all).forEach(names::add);
    return names;
  }

  int size() {
    return names.size();
  }

  void add(String name) {
    if (size() < MOST) {
      quoted[size()] = new Words(('"' + name + '"').getBytes(StandardCharsets.UTF_8));
      names.add(name);
    }
  }

  /** Place of a name, looked for at {@code next} first; -1 if it has none. */
  int find(String name, int next) {
    return next < size() && names.get(next).equals(name) ? next : names.indexOf(name);
  }

  /**
   * Place of the name that stands at {@code at} in quotes, -1 if none does.
   *
   * @param before place of the member before it, {@link #MOST} if it has none
   */
  int match(byte[] value, int at, int before) {
    int guess = behind[before];
    if (guess < size() && quoted[guess].isAt(value, at)) {
      return guess;
    }
    for (int i = 0; i < size(); i++) {
      if (quoted[i].isAt(value, at)) {
        behind[before] = i;
        return i;
      }
    }
    return -1;
  }

  /** Bytes of a name and its quotes. */
  int length(int place) {
    return quoted[place].length();
  }
}
