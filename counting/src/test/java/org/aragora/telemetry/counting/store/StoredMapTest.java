package org.aragora.telemetry.counting.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.junit.jupiter.api.Test;

class StoredMapTest {
  private static final Codec<String> KEYS =
      Codec.of((key, out) -> out.writeString(key), BinaryReader::readString);

  private WriteBehind store = MemoryStores.behind();
  private StoredMap<String, Long> map = open('A');

  private StoredMap<String, Long> open(char kind) {
    return new StoredMap<>(
        store,
        kind,
        KEYS,
        ValueCodec.of(
            (value, out) -> out.writeByte(1).writeSigned(value),
            in -> {
              in.readVersion(1, "a number");
              return in.readSigned();
            }));
  }

  private void restart() {
    store = MemoryStores.copy(store);
    map = open('A');
  }

  @Test
  void everyChangeIsInTheStoreOnceItWasWritten() {
    map.put("a", 1L);
    map.put("b", 2L);
    map.put("a", 3L);
    map.remove("b");
    restart();
    assertThat(contents(map)).containsExactly("a=3");
    assertThat(map.get("b")).isNull();
  }

  @Test
  void manyChangesOfAValueAreWrittenOnce() {
    AtomicInteger puts = new AtomicInteger();
    store = new WriteBehind(counting(puts));
    map = open('A');
    for (long i = 0; i < 100; i++) {
      map.put("a", i);
    }
    assertThat(puts).hasValue(0);
    store.write();
    store.write();
    assertThat(puts).hasValue(1);
    map.put("b", 1L);
    map.remove("b");
    map.remove("a");
    store.write();
    assertThat(puts).as("b never was in the store").hasValue(2);
  }

  @SuppressWarnings("unchecked")
  private static KeyValueStore<Bytes, byte[]> counting(AtomicInteger puts) {
    KeyValueStore<Bytes, byte[]> store = MemoryStores.empty();
    return (KeyValueStore<Bytes, byte[]>)
        Proxy.newProxyInstance(
            StoredMapTest.class.getClassLoader(),
            new Class<?>[] {KeyValueStore.class},
            (proxy, method, arguments) -> {
              if (List.of("put", "delete").contains(method.getName())) {
                puts.incrementAndGet();
              }
              return method.invoke(store, arguments);
            });
  }

  @Test
  void whatWasRemovedAndComesAgainIsInTheStore() {
    map.put("a", 1L);
    restart();
    map.remove("a");
    map.put("a", 2L);
    map.put("b", 3L);
    restart();
    assertThat(contents(map)).containsExactly("a=2", "b=3");
    map.remove("a");
    map.put("a", 4L);
    map.remove("a");
    restart();
    assertThat(contents(map)).containsExactly("b=3");
  }

  @Test
  void anyChangesWithAnyWritesLeaveTheStoreAsTheMirror() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      store = MemoryStores.behind();
      map = open('A');
      for (int i = 0; i < 100; i++) {
        String key = String.valueOf(random.nextInt(8));
        switch (random.nextInt(6)) {
          case 0 -> map.remove(key);
          case 1 -> map.removeWhile(entry -> random.nextBoolean());
          case 2 -> map.removeIf(entry -> entry.value() % 3 == 0);
          case 3 -> store.write();
          default -> map.put(key, (long) i);
        }
      }
      List<String> mirror = contents(map);
      restart();
      assertThat(contents(map)).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(mirror);
    }
  }

  @Test
  void anEntryIsAVersionAKindAndItsFields() {
    map.put("a", -1L);
    assertThat(MemoryStores.contents(store)).isEqualTo(Map.of("01410161", "0101"));
  }

  @Test
  void kindsShareAStoreAndKeepApart() {
    StoredMap<String, Long> other = open('B');
    map.put("a", 1L);
    other.put("a", 2L);
    restart();
    assertThat(contents(map)).containsExactly("a=1");
    assertThat(contents(open('B'))).containsExactly("a=2");
  }

  @Test
  void anAddedEntryIsStoredByItsFirstWrite() {
    StoredMap.Entry<String, Long> entry = map.add("a", 1L);
    assertThat(map.find("a")).isSameAs(entry);
    assertThat(MemoryStores.contents(store)).isEmpty();
    map.write(entry);
    restart();
    assertThat(map.get("a")).isEqualTo(1);
  }

  @Test
  void theLongestUnusedEntriesAreRemovedFirst() {
    map.put("a", 1L);
    map.put("b", 2L);
    map.put("c", 3L);
    map.get("a");
    List<String> seen = new ArrayList<>();
    map.removeWhile(
        entry -> {
          seen.add(entry.key());
          return entry.value() < 3;
        });
    assertThat(seen).containsExactly("b", "c");
    restart();
    assertThat(contents(map)).containsExactly("a=1", "c=3");
  }

  @Test
  void aRestartKeepsTheOrderOfAge() {
    map.put("z", 1L);
    map.put("a", 3L);
    map.put("m", 2L);
    restart();
    map.sort(Long::compare);
    assertThat(contents(map)).containsExactly("z=1", "m=2", "a=3");
  }

  @Test
  void allEntriesThatMatchAreRemoved() {
    map.put("a", 1L);
    map.put("b", 2L);
    map.put("c", 1L);
    map.removeIf(entry -> entry.value() == 1);
    restart();
    assertThat(contents(map)).containsExactly("b=2");
  }

  @Test
  void anEntryThatTheCodecLeavesOutStaysInTheStore() {
    map.put("a", 1L);
    StoredMap<String, Long> none =
        new StoredMap<>(
            store,
            'A',
            KEYS,
            new ValueCodec<>() {
              @Override
              public void write(Long value, BinaryWriter out) {
                throw new AssertionError("nothing is written");
              }

              @Override
              public Long read(String key, BinaryReader in) {
                return null;
              }
            });
    assertThat(contents(none)).isEmpty();
    restart();
    assertThat(contents(map)).containsExactly("a=1");
  }

  @Test
  void aValueOfANewerReleaseIsRefused() {
    store.store().put(Bytes.wrap(new byte[] {1, 'A', 1, 'a'}), new byte[] {2, 2});
    assertThatThrownBy(() -> open('A'))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining("a number has format version 2");
  }

  private static List<String> contents(StoredMap<String, Long> map) {
    List<String> contents = new ArrayList<>();
    map.forEach(entry -> contents.add(entry.key() + "=" + entry.value()));
    return contents;
  }
}
