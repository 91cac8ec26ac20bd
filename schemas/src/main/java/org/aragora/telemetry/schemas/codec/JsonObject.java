package org.aragora.telemetry.schemas.codec;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
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

  private String[] names = new String[12];
  private @Nullable Object[] values = new Object[12];
  private int size;
  private int next;
  private @Nullable Set<String> hashed;

  /** Appends a member; false if there is one of that name already. */
  boolean add(String name, @Nullable Object value) {
    if (has(name)) {
      return false;
    }
    if (size == names.length) {
      names = Arrays.copyOf(names, size * 2);
      values = Arrays.copyOf(values, size * 2);
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

  String nameAt(int i) {
    return names[i];
  }

  @Nullable Object valueAt(int i) {
    return values[i];
  }
}
