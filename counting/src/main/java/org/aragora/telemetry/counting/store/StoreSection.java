package org.aragora.telemetry.counting.store;

import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one kind in a store. A key is its version, the kind, then the fields. Everything
 * that this program writes to a store passes through {@link #put(byte[], Object)} or {@link
 * #delete(byte[])}, when a {@link WriteBehind} is written. Not thread-safe.
 */
final class StoreSection<K, V> {
  private static final byte KEY_VERSION = 1;

  private final KeyValueStore<Bytes, byte[]> store;
  private final char kind;
  private final Codec<K> keys;
  private final ValueCodec<K, V> values;
  private final BinaryWriter writer = new BinaryWriter();

  StoreSection(
      KeyValueStore<Bytes, byte[]> store, char kind, Codec<K> keys, ValueCodec<K, V> values) {
    this.store = store;
    this.kind = kind;
    this.keys = keys;
    this.values = values;
  }

  /** Reads all entries, in the order of their keys' bytes. */
  void forEach(BiConsumer<K, V> to) {
    try (KeyValueIterator<Bytes, byte[]> all = store.prefixScan(prefix(), new BytesSerializer())) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        BinaryReader in = new BinaryReader(entry.key.get());
        in.readVersion(KEY_VERSION, "a key of a store");
        in.readByte();
        K key = keys.read(in);
        V value = values.read(key, new BinaryReader(entry.value));
        if (value != null) {
          to.accept(key, value);
        }
      }
    }
  }

  private Bytes prefix() {
    return Bytes.wrap(writer.reset().writeByte(KEY_VERSION).writeByte(kind).toBytes());
  }

  /** The bytes of a key. */
  byte[] key(K key) {
    keys.write(key, writer.reset().writeByte(KEY_VERSION).writeByte(kind));
    return writer.toBytes();
  }

  @Nullable V get(K key) {
    byte[] stored = store.get(Bytes.wrap(key(key)));
    return stored == null ? null : values.read(key, new BinaryReader(stored));
  }

  /** Writes a value. {@code key}: from {@link #key}. */
  void put(byte[] key, V value) {
    values.write(value, writer.reset());
    store.put(Bytes.wrap(key), writer.toBytes());
  }

  /** Removes an entry. {@code key}: from {@link #key}. */
  void delete(byte[] key) {
    store.delete(Bytes.wrap(key));
  }
}
