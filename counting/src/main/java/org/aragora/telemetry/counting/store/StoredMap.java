package org.aragora.telemetry.counting.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * A mirror in memory of one kind of entries of a store: read once, when a task starts; every change
 * is written through. Entries are in the order of their last use, the longest unused first. Not
 * thread-safe.
 */
public final class StoredMap<K, V> {

  /** A key and its value. */
  public static final class Entry<K, V> {
    private final K key;
    private final Bytes storeKey;
    private V value;

    private Entry(K key, Bytes storeKey, V value) {
      this.key = key;
      this.storeKey = storeKey;
      this.value = value;
    }

    public K key() {
      return key;
    }

    public V value() {
      return value;
    }

    /** The key's bytes in the store. */
    public Bytes storeKey() {
      return storeKey;
    }
  }

  private final StoreSection<K, V> section;
  private final LinkedHashMap<K, Entry<K, V>> entries;

  /** Restores the entries that the store holds. */
  public StoredMap(
      KeyValueStore<Bytes, byte[]> store, char kind, Codec<K> keys, ValueCodec<K, V> values) {
    this(store, kind, keys, values, true);
  }

  /** {@code byUse}: if entries are in the order of their last use, not in that of their coming. */
  public StoredMap(
      KeyValueStore<Bytes, byte[]> store,
      char kind,
      Codec<K> keys,
      ValueCodec<K, V> values,
      boolean byUse) {
    entries = new LinkedHashMap<>(16, 0.75f, byUse);
    section = new StoreSection<>(store, kind, keys, values);
    section.forEach(this::add);
  }

  /** Puts the restored entries in the order in which they were used. */
  public void sort(Comparator<V> order) {
    List<Entry<K, V>> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparing(Entry::value, order));
    entries.clear();
    sorted.forEach(entry -> entries.put(entry.key, entry));
  }

  /** Finds an entry, which counts as a use of it. */
  public @Nullable Entry<K, V> find(K key) {
    return entries.get(key);
  }

  /** Finds a value, which counts as a use of it. */
  public @Nullable V get(K key) {
    Entry<K, V> entry = entries.get(key);
    return entry == null ? null : entry.value;
  }

  public int size() {
    return entries.size();
  }

  /** The first entry in their order, null if there is none. */
  public @Nullable Entry<K, V> first() {
    return entries.isEmpty() ? null : entries.values().iterator().next();
  }

  public boolean containsKey(K key) {
    return entries.containsKey(key);
  }

  /** Adds an entry that is not in the store before {@link #write} is called for it. */
  public Entry<K, V> add(K key, V value) {
    Entry<K, V> entry = new Entry<>(key, section.key(key), value);
    entries.put(key, entry);
    return entry;
  }

  /** Writes an entry after its value was changed in place. */
  public void write(Entry<K, V> entry) {
    section.put(entry.storeKey, entry.value);
  }

  /** Replaces the value of an entry, which is not a use of it. */
  public void replace(Entry<K, V> entry, V value) {
    entry.value = value;
    write(entry);
  }

  /** The value's bytes as {@link #write} writes them. */
  public byte[] bytes(Entry<K, V> entry) {
    return section.bytes(entry.value);
  }

  /** Adds a value or replaces that of a key. */
  public void put(K key, V value) {
    Entry<K, V> entry = entries.get(key);
    if (entry == null) {
      entry = add(key, value);
    }
    entry.value = value;
    write(entry);
  }

  /**
   * Removes an entry.
   *
   * @return its value, null if there was none
   */
  public @Nullable V remove(K key) {
    Entry<K, V> removed = entries.remove(key);
    if (removed == null) {
      return null;
    }
    section.delete(removed.storeKey);
    return removed.value;
  }

  /** Removes the entries that were unused longest, up to the first that does not match. */
  public void removeWhile(Predicate<Entry<K, V>> matches) {
    Iterator<Entry<K, V>> oldest = entries.values().iterator();
    while (oldest.hasNext()) {
      Entry<K, V> entry = oldest.next();
      if (!matches.test(entry)) {
        return;
      }
      section.delete(entry.storeKey);
      oldest.remove();
    }
  }

  /** Removes every entry that matches. */
  public void removeIf(Predicate<Entry<K, V>> matches) {
    entries
        .values()
        .removeIf(
            entry -> {
              boolean removed = matches.test(entry);
              if (removed) {
                section.delete(entry.storeKey);
              }
              return removed;
            });
  }

  public void forEach(Consumer<Entry<K, V>> to) {
    entries.values().forEach(to);
  }
}
