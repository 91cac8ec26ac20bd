package org.aragora.telemetry.schemas.codec;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.aragora.telemetry.schemas.text.JsonNumber;
import org.jspecify.annotations.Nullable;

/**
 * The members of one JSON object in their order, without a tree around them. Values are String,
 * Boolean, Long (integers of up to 18 digits), {@link JsonNumber} (all other numbers), List,
 * JsonObject and null.
 *
 * <p>Producers write members in the order in which records read them: a look-up starts behind the
 * last one found and is mostly one comparison.
 */
final class JsonObject {
  private static final int HASH_FROM = 32;

  private static final int FIRST_SIZE = 12;
  private static final String[] NO_NAMES = {};

  private String[] names = NO_NAMES;
  private @Nullable Object[] values = NO_NAMES;
  private int size;
  private int next;
  private @Nullable Set<String> hashed;
  private @Nullable String brokenBound;

  /** Appends a member; false if there is one of that name already. */
  boolean add(String name, @Nullable Object value) {
    if (has(name)) {
      return false;
    }
    if (size == names.length) {
      int capacity = Math.max(FIRST_SIZE, size * 2);
      names = Arrays.copyOf(names, capacity);
      values = Arrays.copyOf(values, capacity, Object[].class);
    }
    names[size] = name;
    values[size++] = value;
    return true;
  }

  private boolean has(String name) {
    if (size >= HASH_FROM) {
      if (hashed == null) {
        hashed = new HashSet<>(Arrays.asList(names).subList(0, size));
      }
      return !hashed.add(name);
    }
    int hash = name.hashCode();
    for (int i = 0; i < size; i++) {
      if (names[i].hashCode() == hash && names[i].equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** The value of a member, null if it is null or there is none. */
  @Nullable Object get(String name) {
    for (int n = 0, i = next; n < size; n++, i++) {
      i = i >= size ? 0 : i;
      if (names[i].equals(name)) {
        next = i + 1;
        return values[i];
      }
    }
    return null;
  }

  int size() {
    return size;
  }

  /** The sentence on the first bound that the document breaks; only its root has one. */
  @Nullable String brokenBound() {
    return brokenBound;
  }

  void setBrokenBound(@Nullable String sentence) {
    brokenBound = sentence;
  }

  String nameAt(int i) {
    return names[i];
  }

  @Nullable Object valueAt(int i) {
    return values[i];
  }
}
