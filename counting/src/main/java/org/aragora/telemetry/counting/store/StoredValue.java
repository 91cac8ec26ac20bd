package org.aragora.telemetry.counting.store;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The one entry of its kind in a store. Not thread-safe. */
public final class StoredValue<V> {
  private enum NoKey {
    NO_KEY
  }

  private static final Codec<NoKey> KEYS = Codec.of((key, out) -> {}, in -> NoKey.NO_KEY);

  private final StoreSection<NoKey, V> section;
  private final Bytes key;

  public StoredValue(KeyValueStore<Bytes, byte[]> store, char kind, Codec<V> values) {
    section = new StoreSection<>(store, kind, KEYS, ValueCodec.of(values::write, values::read));
    key = section.key(NoKey.NO_KEY);
  }

  /** Reads it from the store. */
  public @Nullable V get() {
    return section.get(NoKey.NO_KEY);
  }

  public void put(V value) {
    section.put(key, value);
  }
}
