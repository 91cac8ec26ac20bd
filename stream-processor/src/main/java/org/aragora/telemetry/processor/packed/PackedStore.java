package org.aragora.telemetry.processor.packed;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.LongPredicate;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory as that of Kafka Streams, for one thread. It takes about half of its heap, and
 * sorts only when it is scanned.
 */
@SuppressWarnings("NullAway") // Kafka's interface returns null for what is not there
public final class PackedStore implements KeyValueStore<Bytes, byte[]> {
  private final PackedEntries entries = new PackedEntries();
  private final String name;
  private boolean open;

  PackedStore(String name) {
    this.name = name;
  }

  /** Supplies stores of a name. */
  public static KeyValueBytesStoreSupplier supplier(String name) {
    return new KeyValueBytesStoreSupplier() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public KeyValueStore<Bytes, byte[]> get() {
        return new PackedStore(name);
      }

      @Override
      public String metricsScope() {
        return "in-memory";
      }
    };
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    if (root != null) {
      context.register(root, (key, value) -> put(Bytes.wrap(key), value));
    }
    open = true;
  }

  @Override
  public byte @Nullable [] get(Bytes key) {
    return entries.get(key.get());
  }

  @Override
  public void put(Bytes key, byte @Nullable [] value) {
    if (value == null) {
      entries.remove(key.get());
    } else {
      entries.put(key.get(), value);
    }
  }

  @Override
  public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
    byte[] known = get(key);
    if (known == null) {
      put(key, value);
    }
    return known;
  }

  @Override
  public void putAll(List<KeyValue<Bytes, byte[]>> all) {
    all.forEach(entry -> put(entry.key, entry.value));
  }

  @Override
  public byte @Nullable [] delete(Bytes key) {
    return entries.remove(key.get());
  }

  @Override
  public <S extends Serializer<P>, P> KeyValueIterator<Bytes, byte[]> prefixScan(
      P prefix, S serializer) {
    byte[] start = serializer.serialize("", prefix);
    return scan(address -> entries.startsWith(address, start));
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
    return scan(
        address -> {
          Bytes key = Bytes.wrap(entries.key(address));
          return (from == null || key.compareTo(from) >= 0)
              && (to == null || key.compareTo(to) <= 0);
        });
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> all() {
    return scan(address -> true);
  }

  private KeyValueIterator<Bytes, byte[]> scan(LongPredicate wanted) {
    List<Long> addresses = new ArrayList<>();
    entries.forEach(
        address -> {
          if (wanted.test(address)) {
            addresses.add(address);
          }
        });
    addresses.sort(entries::compare);
    return new Scan(addresses.iterator(), entries.changes());
  }

  @Override
  public long approximateNumEntries() {
    return entries.size();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public Position getPosition() {
    return Position.emptyPosition();
  }

  @Override
  public void close() {
    entries.clear();
    open = false;
  }

  /** Entries in the order of their keys, until the store changes. */
  private final class Scan implements KeyValueIterator<Bytes, byte[]> {
    private final Iterator<Long> addresses;
    private final int changes;

    Scan(Iterator<Long> addresses, int changes) {
      this.addresses = addresses;
      this.changes = changes;
    }

    @Override
    public boolean hasNext() {
      return addresses.hasNext();
    }

    @Override
    public KeyValue<Bytes, byte[]> next() {
      if (!addresses.hasNext()) {
        throw new NoSuchElementException("the scan has ended");
      }
      if (changes != entries.changes()) {
        throw new ConcurrentModificationException(name + " has changed since the scan began");
      }
      long address = addresses.next();
      return KeyValue.pair(Bytes.wrap(entries.key(address)), entries.value(address));
    }

    @Override
    public Bytes peekNextKey() {
      throw new UnsupportedOperationException("nobody looks ahead in this store");
    }

    @Override
    public void close() {
      // Nothing is held open.
    }
  }
}
