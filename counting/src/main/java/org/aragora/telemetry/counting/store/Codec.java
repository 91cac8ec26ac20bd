package org.aragora.telemetry.counting.store;

import java.util.function.BiConsumer;
import java.util.function.Function;

/** The bytes of a type within a key or a value. */
public interface Codec<T> {
  /** Appends a value. */
  void write(T value, BinaryWriter out);

  /** Reads what {@link #write} wrote. */
  T read(BinaryReader in);

  /** A codec of two functions, such as {@code SeriesKey::write} and {@code SeriesKey::read}. */
  static <T> Codec<T> of(BiConsumer<T, BinaryWriter> write, Function<BinaryReader, T> read) {
    return new Codec<>() {
      @Override
      public void write(T value, BinaryWriter out) {
        write.accept(value, out);
      }

      @Override
      public T read(BinaryReader in) {
        return read.apply(in);
      }
    };
  }
}
