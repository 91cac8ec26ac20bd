package org.aragora.telemetry.counting.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A mirror in memory of one kind of entries of a store: read once, when a task starts. Changes wait
 * until the {@link WriteBehind} is written. Entries are in the order of their last use, the longest
 * unused first. Not thread-safe.
 */
public final class StoredMap<K, V> {

  /** A key and its value. */
  public static final class Entry<K, V> {
    private final K key;
    private final byte[] storeKey; // which the store has too
    private V value;

    /** Its place in the list of changes, negative if it is not there. */
    private int place = -1;

    /** If the store has an entry of its key. */
    private boolean stored;

    private Entry(K key, byte[] storeKey, V value) {
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
      return Bytes.wrap(storeKey);
    }
  }

  private final StoreSection<K, V> section;
  private final LinkedHashMap<K, Entry<K, V>> entries;
  private final List<Entry<K, V>> changed = new ArrayList<>();
  private final List<byte[]> removed = new ArrayList<>();

  /** Restores the entries that the store holds. */
  public StoredMap(WriteBehind store, char kind, Codec<K> keys, ValueCodec<K, V> values) {
    this(store, kind, keys, values, true);
  }

  /** {@code byUse}: if entries are in the order of their last use, not in that of their coming. */
  public StoredMap(
      WriteBehind store, char kind, Codec<K> keys, ValueCodec<K, V> values, boolean byUse) {
    entries = new LinkedHashMap<>(16, 0.75f, byUse);
    section = new StoreSection<>(store.store(), kind, keys, values);
    section.forEach((key, keyBytes, value) -> add(key, keyBytes, value).stored = true);
    store.mirror(this::writeChanges);
  }

  /** Puts the restored entries in the order in which they were used. */
  public void sort(Comparator<V> order) {
    List<Entry<K, V>> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparing(Entry::value, order));
    entries.clear();
    sorted.forEach(entry -> entries.put(entry.key, entry));
  }

  /** Finds an entry, which counts as a use of it. {@code key}: equals the entry's key. */
  public @Nullable Entry<K, V> find(Object key) {
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

  /** Adds an entry that the store does not get before {@link #write} is called for it. */
  public Entry<K, V> add(K key, V value) {
    return add(key, section.key(key), value);
  }

  private Entry<K, V> add(K key, byte[] storeKey, V value) {
    Entry<K, V> entry = new Entry<>(key, storeKey, value);
    entries.put(key, entry);
    return entry;
  }

  /** Writes an entry after its value was changed in place. */
  public void write(Entry<K, V> entry) {
    if (entry.place < 0) {
      entry.place = changed.size();
      changed.add(entry);
    }
  }

  private void writeChanges() {
    removed.forEach(section::delete); // first, because a key may have come again
    removed.clear();
    for (Entry<K, V> entry : changed) {
      section.put(entry.storeKey, entry.value);
      entry.stored = true;
      entry.place = -1;
    }
    changed.clear();
  }

  /** Replaces the value of an entry, which is not a use of it. */
  public void replace(Entry<K, V> entry, V value) {
    entry.value = value;
    write(entry);
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
    Entry<K, V> entry = entries.remove(key);
    if (entry == null) {
      return null;
    }
    forget(entry);
    return entry.value;
  }

  private void forget(Entry<K, V> entry) {
    if (entry.place >= 0) {
      Entry<K, V> last = changed.remove(changed.size() - 1);
      if (last != entry) {
        changed.set(entry.place, last);
        last.place = entry.place;
      }
      entry.place = -1;
    }
    if (entry.stored) {
      removed.add(entry.storeKey);
      entry.stored = false;
    }
  }

  /** Removes the entries that were unused longest, up to the first that does not match. */
  public void removeWhile(Predicate<Entry<K, V>> matches) {
    Iterator<Entry<K, V>> oldest = entries.values().iterator();
    while (oldest.hasNext()) {
      Entry<K, V> entry = oldest.next();
      if (!matches.test(entry)) {
        return;
      }
      forget(entry);
      oldest.remove();
    }
  }

  /** Removes every entry that matches. */
  public void removeIf(Predicate<Entry<K, V>> matches) {
    entries
        .values()
        .removeIf(
            entry -> {
              boolean matched = matches.test(entry);
              if (matched) {
                forget(entry);
              }
              return matched;
            });
  }

  public void forEach(Consumer<Entry<K, V>> to) {
    entries.values().forEach(to);
  }
}
