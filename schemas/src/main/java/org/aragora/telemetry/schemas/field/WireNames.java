package org.aragora.telemetry.schemas.field;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Names of an enum's values on the wire and in labels.
 *
 * @param <E> the enum
 */
public final class WireNames<E extends Enum<E>> {
  private final Map<String, E> byName = new HashMap<>();
  private final Map<E, String> byConstant;

  private WireNames(Class<E> type) {
    byConstant = new EnumMap<>(type);
  }

  /** Constants travel under their name in lower case: {@code NO_CONSENSUS} as no_consensus. */
  static <E extends Enum<E>> WireNames<E> lowerCase(Class<E> type, E[] constants) {
    WireNames<E> names = new WireNames<>(type);
    for (E constant : constants) {
      names.put(constant.name().toLowerCase(Locale.ROOT), constant);
    }
    return names;
  }

  /** Constants travel under their very name. */
  static <E extends Enum<E>> WireNames<E> verbatim(Class<E> type, E[] constants) {
    WireNames<E> names = new WireNames<>(type);
    for (E constant : constants) {
      names.put(constant.name(), constant);
    }
    return names;
  }

  private void put(String name, E constant) {
    byName.put(name, constant);
    byConstant.put(constant, name);
  }

  /** The constant that travels under this name, or null. Case matters. */
  public @Nullable E find(String name) {
    return byName.get(name);
  }

  /** The name under which a constant travels. */
  public String of(E constant) {
    return Objects.requireNonNull(byConstant.get(constant));
  }

  /** All names, sorted. */
  public Set<String> all() {
    return new TreeSet<>(byName.keySet());
  }
}
