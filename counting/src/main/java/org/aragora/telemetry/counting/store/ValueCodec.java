package org.aragora.telemetry.counting.store;

import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The bytes of the values of one kind of entries. */
public interface ValueCodec<K, V> {
  /** Appends a value, its format version first. */
  void write(V value, BinaryWriter out);

  /**
   * Reads what {@link #write} wrote.
   *
   * @param key the key of the entry, on which the format may depend
   * @return null for an entry to leave in the store as it is
   */
  @Nullable V read(K key, BinaryReader in);

  /** A codec whose format does not depend on the key. */
  static <K, V> ValueCodec<K, V> of(
      BiConsumer<V, BinaryWriter> write, Function<BinaryReader, V> read) {
    return new ValueCodec<>() {
      @Override
      public void write(V value, BinaryWriter out) {
        write.accept(value, out);
      }

      @Override
      public V read(K key, BinaryReader in) {
        return read.apply(in);
      }
    };
  }
}
