package org.aragora.telemetry.processor.simulation;

import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** Kafka Streams' own in-memory stores, to be used without a task. */
public final class MemoryStores {
  private MemoryStores() {}

  public static KeyValueStore<Bytes, byte[]> empty() {
    return Stores.inMemoryKeyValueStore("store").get();
  }

  /** A copy of a committed store, for a restart. */
  public static KeyValueStore<Bytes, byte[]> copy(KeyValueStore<Bytes, byte[]> store) {
    KeyValueStore<Bytes, byte[]> copy = empty();
    try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        copy.put(entry.key, entry.value);
      }
    }
    return copy;
  }

  /** Keys and values in hex, in order. */
  public static Map<String, String> contents(KeyValueStore<Bytes, byte[]> store) {
    Map<String, String> contents = new TreeMap<>();
    try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        contents.put(
            HexFormat.of().formatHex(entry.key.get()), HexFormat.of().formatHex(entry.value));
      }
    }
    return contents;
  }
}
