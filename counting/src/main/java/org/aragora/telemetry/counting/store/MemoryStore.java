package org.aragora.telemetry.counting.store;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * A store without Kafka Streams around it, for counting outside of a task. Unsorted, because only a
 * start scans it; without null values. Not thread-safe.
 */
@SuppressWarnings("NullAway") // Kafka's interface returns null for what is not there
public final class MemoryStore implements KeyValueStore<Bytes, byte[]> {
  private final Map<Bytes, byte[]> entries = new HashMap<>();

  /** Passes on every entry; nobody may change the arrays. */
  public void forEach(BiConsumer<byte[], byte[]> listener) {
    entries.forEach((key, value) -> listener.accept(key.get(), value));
  }

  /** Writes all entries, for {@link #restore}. */
  public void save(DataOutputStream out) throws IOException {
    out.writeInt(entries.size());
    for (Map.Entry<Bytes, byte[]> entry : entries.entrySet()) {
      out.writeInt(entry.getKey().get().length);
      out.write(entry.getKey().get());
      out.writeInt(entry.getValue().length);
      out.write(entry.getValue());
    }
  }

  /** Adds the entries that {@link #save} wrote. */
  public void restore(DataInputStream in) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      Bytes key = Bytes.wrap(in.readNBytes(in.readInt()));
      entries.put(key, in.readNBytes(in.readInt()));
    }
  }

  @Override
  public byte @Nullable [] get(Bytes key) {
    return entries.get(key);
  }

  @Override
  public void put(Bytes key, byte @Nullable [] value) {
    if (value == null) {
      entries.remove(key);
    } else {
      entries.put(key, value);
    }
  }

  @Override
  public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
    return entries.putIfAbsent(key, value);
  }

  @Override
  public void putAll(List<KeyValue<Bytes, byte[]>> all) {
    all.forEach(entry -> put(entry.key, entry.value));
  }

  @Override
  public byte @Nullable [] delete(Bytes key) {
    return entries.remove(key);
  }

  @Override
  public <S extends Serializer<P>, P> KeyValueIterator<Bytes, byte[]> prefixScan(
      P prefix, S serializer) {
    byte[] start = serializer.serialize("", prefix);
    return scan(
        key ->
            key.get().length >= start.length
                && Arrays.equals(key.get(), 0, start.length, start, 0, start.length));
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
    return scan(key -> key.compareTo(from) >= 0 && key.compareTo(to) <= 0);
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> all() {
    return scan(key -> true);
  }

  private KeyValueIterator<Bytes, byte[]> scan(Predicate<Bytes> wanted) {
    Iterator<KeyValue<Bytes, byte[]>> found =
        entries.entrySet().stream()
            .filter(entry -> wanted.test(entry.getKey()))
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> KeyValue.pair(entry.getKey(), entry.getValue()))
            .iterator();
    return new KeyValueIterator<>() {
      @Override
      public boolean hasNext() {
        return found.hasNext();
      }

      @Override
      public KeyValue<Bytes, byte[]> next() {
        return found.next();
      }

      @Override
      public Bytes peekNextKey() {
        throw new UnsupportedOperationException("nobody looks ahead in this store");
      }

      @Override
      public void close() {
        // Nothing is held open.
      }
    };
  }

  @Override
  public long approximateNumEntries() {
    return entries.size();
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    throw new UnsupportedOperationException("this store lives outside of Kafka Streams");
  }

  @Override
  public void close() {
    // Nothing is held open.
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return true;
  }
}
