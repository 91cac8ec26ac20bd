package org.aragora.telemetry.processor.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class PackedStoreTest {
  private static final HexFormat HEX = HexFormat.of();

  private final PackedStore store = new PackedStore("packed");
  private final KeyValueStore<Bytes, byte[]> kafkas = Stores.inMemoryKeyValueStore("kafkas").get();

  private static List<String> contents(KeyValueIterator<Bytes, byte[]> scan) {
    List<String> contents = new ArrayList<>();
    try (scan) {
      while (scan.hasNext()) {
        KeyValue<Bytes, byte[]> entry = scan.next();
        contents.add(HEX.formatHex(entry.key.get()) + "=" + HEX.formatHex(entry.value));
      }
    }
    return contents;
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Bytes key(Random random) {
    byte[] key = bytes(random, random.nextInt(4));
    for (int i = 0; i < key.length; i++) {
      key[i] &= (byte) 0x87; // few keys, some with a high bit
    }
    return Bytes.wrap(key);
  }

  private static int length(Random random) {
    return switch (random.nextInt(50)) {
      case 0 -> 100_000;
      case 1 -> 16_383 + random.nextInt(3);
      case 2 -> 126 + random.nextInt(4);
      default -> random.nextInt(20);
    };
  }

  private void compare(Random random) {
    assertThat(store.approximateNumEntries()).isEqualTo(kafkas.approximateNumEntries());
    assertThat(contents(store.all())).isEqualTo(contents(kafkas.all()));
    Bytes prefix = key(random);
    if (prefix.get().length > 0) {
      assertThat(contents(store.prefixScan(prefix, new BytesSerializer())))
          .isEqualTo(contents(kafkas.prefixScan(prefix, new BytesSerializer())));
    }
    Bytes one = key(random);
    Bytes other = key(random);
    Bytes from = one.compareTo(other) < 0 ? one : other;
    Bytes to = one.compareTo(other) < 0 ? other : one;
    assertThat(contents(store.range(from, to))).isEqualTo(contents(kafkas.range(from, to)));
    assertThat(contents(store.range(null, to))).isEqualTo(contents(kafkas.range(null, to)));
    assertThat(contents(store.range(from, null))).isEqualTo(contents(kafkas.range(from, null)));
  }

  @Test
  void holdsWhatTheStoreOfKafkaStreamsHolds() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      int deletesOfTen = random.nextInt(6);
      for (int i = 0; i < 3_000; i++) {
        Bytes key = key(random);
        if (random.nextInt(10) < deletesOfTen) {
          assertThat(store.delete(key)).as("seed %d", seed).isEqualTo(kafkas.delete(key));
        } else {
          byte[] value = bytes(random, length(random));
          if (random.nextInt(10) == 0) {
            assertThat(store.putIfAbsent(key, value)).isEqualTo(kafkas.putIfAbsent(key, value));
          } else {
            store.put(key, value);
            kafkas.put(key, value);
          }
        }
        Bytes looked = key(random);
        assertThat(store.get(looked)).as("seed %d", seed).isEqualTo(kafkas.get(looked));
      }
      compare(random);
    }
  }

  @Test
  void holdsManyEntriesWhoseValuesChangeTheirLength() {
    int many = 50_000;
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < many; i++) {
        Bytes key = Bytes.wrap(("series-" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        store.put(key, new byte[] {(byte) round});
        store.put(key, new byte[5 + round]);
        kafkas.put(key, new byte[5 + round]);
        if ((i + round) % 7 == 0) {
          store.put(key, null);
          kafkas.put(key, null);
        }
      }
    }
    assertThat(contents(store.all())).isEqualTo(contents(kafkas.all()));
  }

  @Test
  void aScanEndsWithTheFirstChange() {
    store.put(Bytes.wrap(new byte[] {1}), new byte[] {1});
    KeyValueIterator<Bytes, byte[]> scan = store.all();
    store.put(Bytes.wrap(new byte[] {2}), new byte[] {2});
    assertThatThrownBy(scan::next)
        .isInstanceOf(ConcurrentModificationException.class)
        .hasMessageContaining("packed has changed");
  }

  @Test
  void isEmptyOnceClosed() {
    store.put(Bytes.wrap(new byte[] {1}), new byte[] {1});
    store.close();
    assertThat(store.isOpen()).isFalse();
    assertThat(store.approximateNumEntries()).isZero();
    assertThat(store.get(Bytes.wrap(new byte[] {1}))).isNull();
  }
}
