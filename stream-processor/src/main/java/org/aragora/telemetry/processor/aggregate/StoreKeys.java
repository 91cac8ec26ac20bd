package org.aragora.telemetry.processor.aggregate;

import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * Keys of the aggregate store: version, kind, then the series; windows have their minute before it.
 */
final class StoreKeys {
  private static final byte VERSION = 1;
  private static final char TOTAL = 'S';
  private static final char WINDOW = 'W';

  private StoreKeys() {}

  static Bytes total(SeriesKey series) {
    BinaryWriter writer = start(TOTAL);
    series.write(writer);
    return Bytes.wrap(writer.toBytes());
  }

  static Bytes window(SeriesKey series, long minute) {
    BinaryWriter writer = start(WINDOW).writeFixed64(minute);
    series.write(writer);
    return Bytes.wrap(writer.toBytes());
  }

  /** What follows the kind. */
  static BinaryReader reader(Bytes key) {
    BinaryReader reader = new BinaryReader(key.get());
    reader.readVersion(VERSION, "a key of the aggregate store");
    reader.readByte();
    return reader;
  }

  static KeyValueIterator<Bytes, byte[]> scanTotals(KeyValueStore<Bytes, byte[]> store) {
    return scan(store, TOTAL);
  }

  static KeyValueIterator<Bytes, byte[]> scanWindows(KeyValueStore<Bytes, byte[]> store) {
    return scan(store, WINDOW);
  }

  private static KeyValueIterator<Bytes, byte[]> scan(
      KeyValueStore<Bytes, byte[]> store, char kind) {
    return store.prefixScan(Bytes.wrap(start(kind).toBytes()), new BytesSerializer());
  }

  private static BinaryWriter start(char kind) {
    return new BinaryWriter().writeByte(VERSION).writeByte(kind);
  }
}
