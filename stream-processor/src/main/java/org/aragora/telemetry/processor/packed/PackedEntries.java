package org.aragora.telemetry.processor.packed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A hash map from bytes to bytes without an object for an entry. Entries lie in pages, one after
 * the other, each as the lengths of its key and value and their bytes. A table has the address of
 * each entry and some bits of its hash. An address is valid until the next change. Not thread-safe.
 */
final class PackedEntries {
  private static final int LEAST_PAGE = 512;
  private static final int LARGEST_PAGE = 1 << 16;
  private static final int LEAST_TABLE = 8;

  /** Bytes of entries without a use that never make it worth moving the others. */
  private static final int LEAST_GARBAGE = 1 << 12;

  /** Low bits of a slot that are the address plus one; those above it are of the hash. */
  private static final int ADDRESS_BITS = 44;

  private static final long ADDRESS = (1L << ADDRESS_BITS) - 1;

  /** Low bits of an address that are the place in a page. */
  private static final int PLACE_BITS = 16;

  private static final int PLACE = (1 << PLACE_BITS) - 1;

  private final List<byte[]> pages = new ArrayList<>();
  private long[] table = new long[LEAST_TABLE];
  private int size;
  private int used;
  private long bytes;
  private long garbage;
  private int changes;

  int size() {
    return size;
  }

  /** Number of changes so far. */
  int changes() {
    return changes;
  }

  byte @Nullable [] get(byte[] key) {
    int slot = slot(key);
    return table[slot] == 0 ? null : value(address(slot));
  }

  /** Adds an entry or replaces its value. */
  void put(byte[] key, byte[] value) {
    changes++;
    int slot = slot(key);
    if (table[slot] == 0) {
      append(slot, hash(key), key, value);
      if (++size > table.length / 4 * 3) {
        resize();
      }
      return;
    }
    long address = address(slot);
    byte[] page = page(address);
    int place = place(address);
    if (readInt(page, place + intBytes(key.length)) == value.length) {
      System.arraycopy(value, 0, page, valueAt(page, place), value.length);
      return;
    }
    forget(address);
    append(slot, hash(key), key, value);
    collectIfDue();
  }

  /** Removes an entry and returns its value, null if there is none. */
  byte @Nullable [] remove(byte[] key) {
    int slot = slot(key);
    if (table[slot] == 0) {
      return null;
    }
    changes++;
    byte[] value = value(address(slot));
    forget(address(slot));
    size--;
    close(slot);
    collectIfDue();
    return value;
  }

  void clear() {
    changes++;
    pages.clear();
    table = new long[LEAST_TABLE];
    size = 0;
    used = 0;
    bytes = 0;
    garbage = 0;
  }

  /** Passes on the address of each entry, in no order. */
  void forEach(LongConsumer to) {
    for (long slot : table) {
      if (slot != 0) {
        to.accept((slot & ADDRESS) - 1);
      }
    }
  }

  /** Returns true if the key at an address begins with a prefix. */
  boolean startsWith(long address, byte[] prefix) {
    byte[] page = page(address);
    int from = keyAt(page, place(address));
    int length = readInt(page, place(address));
    return length >= prefix.length
        && Arrays.equals(page, from, from + prefix.length, prefix, 0, prefix.length);
  }

  /** Compares the keys at two addresses by their bytes, unsigned. */
  int compare(long one, long other) {
    byte[] onePage = page(one);
    byte[] otherPage = page(other);
    int oneAt = keyAt(onePage, place(one));
    int otherAt = keyAt(otherPage, place(other));
    return Arrays.compareUnsigned(
        onePage,
        oneAt,
        oneAt + readInt(onePage, place(one)),
        otherPage,
        otherAt,
        otherAt + readInt(otherPage, place(other)));
  }

  byte[] key(long address) {
    byte[] page = page(address);
    int from = keyAt(page, place(address));
    return Arrays.copyOfRange(page, from, from + readInt(page, place(address)));
  }

  byte[] value(long address) {
    byte[] page = page(address);
    int from = valueAt(page, place(address));
    return Arrays.copyOfRange(page, from, end(page, place(address)));
  }

  /** The slot of a key, or the free one that it would get. */
  private int slot(byte[] key) {
    int hash = hash(key);
    int slot = home(hash, table.length);
    while (table[slot] != 0 && !(table[slot] >>> ADDRESS_BITS == tag(hash) && isAt(slot, key))) {
      slot = slot + 1 == table.length ? 0 : slot + 1;
    }
    return slot;
  }

  private boolean isAt(int slot, byte[] key) {
    long address = address(slot);
    byte[] page = page(address);
    return readInt(page, place(address)) == key.length && startsWith(address, key);
  }

  /** Closes the gap that a removed slot leaves in its run. */
  private void close(int removed) {
    int free = removed;
    table[free] = 0;
    for (int slot = next(free); table[slot] != 0; slot = next(slot)) {
      int home = home(hashAt(address(slot)), table.length);
      boolean reachable =
          free <= slot ? (home <= free || home > slot) : (home <= free && home > slot);
      if (reachable) {
        table[free] = table[slot];
        table[slot] = 0;
        free = slot;
      }
    }
  }

  private int next(int slot) {
    return slot + 1 == table.length ? 0 : slot + 1;
  }

  private void resize() {
    long[] old = table;
    table = new long[old.length + old.length / 2];
    for (long slot : old) {
      if (slot != 0) {
        int at = home(hashAt((slot & ADDRESS) - 1), table.length);
        while (table[at] != 0) {
          at = next(at);
        }
        table[at] = slot;
      }
    }
  }

  private void append(int slot, int hash, byte[] key, byte[] value) {
    int length =
        intBytes(key.length) + intBytes(value.length) + Math.addExact(key.length, value.length);
    if (pages.isEmpty() || pages.get(pages.size() - 1).length - used < length) {
      long next = Math.min(Math.max(bytes / 8, LEAST_PAGE), LARGEST_PAGE);
      pages.add(new byte[(int) Math.max(next, length)]);
      used = 0;
    }
    byte[] page = pages.get(pages.size() - 1);
    int at = writeInt(page, writeInt(page, used, key.length), value.length);
    System.arraycopy(key, 0, page, at, key.length);
    System.arraycopy(value, 0, page, at + key.length, value.length);
    long address = ((long) (pages.size() - 1) << PLACE_BITS) | used;
    if (address >= ADDRESS) {
      throw new IllegalStateException("the store has more than %d pages".formatted(pages.size()));
    }
    table[slot] = (tag(hash) << ADDRESS_BITS) | (address + 1);
    used += length;
    bytes += length;
  }

  private void forget(long address) {
    int place = place(address);
    garbage += end(page(address), place) - place;
  }

  /** Moves the entries together once a third of the bytes has no use. */
  private void collectIfDue() {
    if (garbage < LEAST_GARBAGE || garbage < bytes / 3) {
      return;
    }
    List<byte[]> old = new ArrayList<>(pages);
    long[] slots = table;
    clear();
    int changesBefore = changes;
    for (long slot : slots) {
      if (slot != 0) {
        long address = (slot & ADDRESS) - 1;
        byte[] page = old.get((int) (address >>> PLACE_BITS));
        int place = place(address);
        int value = valueAt(page, place);
        put(
            Arrays.copyOfRange(page, keyAt(page, place), value),
            Arrays.copyOfRange(page, value, end(page, place)));
      }
    }
    changes = changesBefore;
  }

  private long address(int slot) {
    return (table[slot] & ADDRESS) - 1;
  }

  private byte[] page(long address) {
    return pages.get((int) (address >>> PLACE_BITS));
  }

  private static int place(long address) {
    return (int) address & PLACE;
  }

  private static int keyAt(byte[] page, int place) {
    int second = place + intBytes(readInt(page, place));
    return second + intBytes(readInt(page, second));
  }

  private static int valueAt(byte[] page, int place) {
    return keyAt(page, place) + readInt(page, place);
  }

  private static int end(byte[] page, int place) {
    int second = place + intBytes(readInt(page, place));
    return valueAt(page, place) + readInt(page, second);
  }

  private int hashAt(long address) {
    byte[] page = page(address);
    int from = keyAt(page, place(address));
    return hash(page, from, from + readInt(page, place(address)));
  }

  private static int hash(byte[] key) {
    return hash(key, 0, key.length);
  }

  private static int hash(byte[] bytes, int from, int to) {
    int hash = 1;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + bytes[i];
    }
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }

  private static int home(int hash, int slots) {
    return (int) (((hash & 0xFFFF_FFFFL) * slots) >>> 32);
  }

  private static long tag(int hash) {
    return hash & ((1L << (Long.SIZE - ADDRESS_BITS)) - 1);
  }

  private static int intBytes(int value) {
    return value < 0x80 ? 1 : value < 0x4000 ? 2 : 5;
  }

  private static int writeInt(byte[] page, int at, int value) {
    if (value < 0x80) {
      page[at] = (byte) value;
    } else if (value < 0x4000) {
      page[at] = (byte) (0x80 | (value >> 8));
      page[at + 1] = (byte) value;
    } else {
      page[at] = (byte) 0xC0;
      for (int i = 0; i < 4; i++) {
        page[at + 1 + i] = (byte) (value >>> (8 * (3 - i)));
      }
    }
    return at + intBytes(value);
  }

  private static int readInt(byte[] page, int at) {
    int first = page[at] & 0xFF;
    if (first < 0x80) {
      return first;
    }
    if (first < 0xC0) {
      return ((first & 0x3F) << 8) | (page[at + 1] & 0xFF);
    }
    int value = 0;
    for (int i = 1; i <= 4; i++) {
      value = (value << 8) | (page[at + i] & 0xFF);
    }
    return value;
  }
}
