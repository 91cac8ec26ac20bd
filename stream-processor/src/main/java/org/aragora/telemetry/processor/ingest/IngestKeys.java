package org.aragora.telemetry.processor.ingest;

import java.util.function.Consumer;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/** Keys of the ingest store: version, kind, then what the kind needs. */
final class IngestKeys {
  private static final byte VERSION = 1;

  private IngestKeys() {}

  static Bytes key(char kind, Consumer<BinaryWriter> rest) {
    BinaryWriter writer = new BinaryWriter().writeByte(VERSION).writeByte(kind);
    rest.accept(writer);
    return Bytes.wrap(writer.toBytes());
  }

  /** What follows the kind. */
  static BinaryReader reader(Bytes key) {
    BinaryReader reader = new BinaryReader(key.get());
    reader.readVersion(VERSION, "a key of the ingest store");
    reader.readByte();
    return reader;
  }

  /** All entries of one kind. The caller closes it. */
  static KeyValueIterator<Bytes, byte[]> scan(KeyValueStore<Bytes, byte[]> store, char kind) {
    return store.prefixScan(key(kind, rest -> {}), new BytesSerializer());
  }
}
