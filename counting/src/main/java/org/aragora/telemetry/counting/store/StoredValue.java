package org.aragora.telemetry.counting.store;

import org.jspecify.annotations.Nullable;

/** The one entry of its kind in a store. Not thread-safe. */
public final class StoredValue<V> {
  private enum NoKey {
    NO_KEY
  }

  private static final Codec<NoKey> KEYS = Codec.of((key, out) -> {}, in -> NoKey.NO_KEY);

  private final StoreSection<NoKey, V> section;
  private final byte[] key;
  private @Nullable V changed;

  public StoredValue(WriteBehind store, char kind, Codec<V> values) {
    section =
        new StoreSection<>(store.store(), kind, KEYS, ValueCodec.of(values::write, values::read));
    key = section.key(NoKey.NO_KEY);
    store.mirror(this::write);
  }

  /** Reads it from the store. */
  public @Nullable V get() {
    return section.get(NoKey.NO_KEY);
  }

  /** Replaces it. A value that is changed in place has to be put again. */
  public void put(V value) {
    changed = value;
  }

  private void write() {
    if (changed != null) {
      section.put(key, changed);
      changed = null;
    }
  }
}
