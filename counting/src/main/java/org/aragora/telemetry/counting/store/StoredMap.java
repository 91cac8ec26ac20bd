package org.aragora.telemetry.counting.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A mirror in memory of one kind of entries of a store: read once, when a task starts. Changes wait
 * until the {@link WriteBehind} is written. Entries are in the order of their last use, the longest
 * unused first. Not thread-safe.
 */
public final class StoredMap<K, V> {

  /** A key and its value. */
  public static final class Entry<K, V> {
    /** State of an entry that is not in the list of changes and not in the store. */
    private static final int NEW = -1;

    /** State of an entry that is not in the list of changes, but in the store. */
    private static final int STORED = -2;

    private final K key;
    private V value;

    /** Twice its place in the list of changes, and one if the store has it; else a constant. */
    private int state;

    private Entry(K key, V value, int state) {
      this.key = key;
      this.value = value;
      this.state = state;
    }

    public K key() {
      return key;
    }

    public V value() {
      return value;
    }

    private boolean isChanged() {
      return state >= 0;
    }

    private boolean isStored() {
      return state == STORED || (state >= 0 && (state & 1) == 1);
    }

    private void setPlace(int place) {
      state = 2 * place + (isStored() ? 1 : 0);
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
    section.forEach((key, value) -> add(key, value, Entry.STORED));
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
    return add(key, value, Entry.NEW);
  }

  private Entry<K, V> add(K key, V value, int state) {
    Entry<K, V> entry = new Entry<>(key, value, state);
    entries.put(key, entry);
    return entry;
  }

  /** Writes an entry after its value was changed in place. */
  public void write(Entry<K, V> entry) {
    if (!entry.isChanged()) {
      entry.setPlace(changed.size());
      changed.add(entry);
    }
  }

  private void writeChanges() {
    removed.forEach(section::delete); // first, because a key may have come again
    removed.clear();
    for (Entry<K, V> entry : changed) {
      section.put(section.key(entry.key), entry.value);
      entry.state = Entry.STORED;
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
    if (entry.isChanged()) {
      int place = entry.state / 2;
      Entry<K, V> last = changed.remove(changed.size() - 1);
      if (last != entry) {
        changed.set(place, last);
        last.setPlace(place);
      }
    }
    if (entry.isStored()) {
      removed.add(section.key(entry.key));
    }
    entry.state = Entry.NEW;
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
