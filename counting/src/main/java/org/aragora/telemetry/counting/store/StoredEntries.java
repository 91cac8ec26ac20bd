package org.aragora.telemetry.counting.store;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries of one kind that their owner has in memory in another form. Keeps the changes that wait
 * to be written. Not thread-safe.
 */
public final class StoredEntries<K, V> {
  /**
   * A change.
   *
   * @param value null if the entry was removed
   * @param stored if the store may have an entry of the key
   */
  private record Change<V>(@Nullable V value, boolean stored) {}

  private final StoreSection<K, V> section;
  private final Map<K, Change<V>> changes = new HashMap<>();

  public StoredEntries(WriteBehind store, char kind, Codec<K> keys, ValueCodec<K, V> values) {
    section = new StoreSection<>(store.store(), kind, keys, values);
    store.mirror(this::write);
  }

  /** Reads what is in the store. */
  public void forEach(BiConsumer<K, V> to) {
    section.forEach(to);
  }

  /** Adds an entry whose key there is not yet, or not any more. */
  public void add(K key, V value) {
    changes.compute(key, (k, known) -> new Change<>(value, known != null && known.stored));
  }

  /** Removes an entry. */
  public void remove(K key) {
    changes.compute(
        key, (k, known) -> known == null || known.stored ? new Change<>(null, true) : null);
  }

  private void write() {
    changes.forEach(
        (key, change) -> {
          if (change.value == null) {
            section.delete(section.key(key));
          } else {
            section.put(section.key(key), change.value);
          }
        });
    changes.clear();
  }
}
