package org.aragora.telemetry.counting.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.junit.jupiter.api.Test;

class StoredEntriesTest {
  private WriteBehind store = MemoryStores.behind();
  private StoredEntries<String, Long> entries = open();

  private StoredEntries<String, Long> open() {
    return new StoredEntries<>(
        store,
        'A',
        Codec.of((key, out) -> out.writeString(key), BinaryReader::readString),
        ValueCodec.of((value, out) -> out.writeSigned(value), BinaryReader::readSigned));
  }

  private Map<String, Long> restart() {
    store = MemoryStores.copy(store);
    entries = open();
    Map<String, Long> found = new TreeMap<>();
    entries.forEach(found::put);
    return found;
  }

  @Test
  void changesWaitUntilTheyAreWritten() {
    entries.add("a", 1L);
    assertThat(MemoryStores.contents(store.store())).isEmpty();
    assertThat(restart()).isEqualTo(Map.of("a", 1L));
  }

  @Test
  void anyChangesWithAnyWritesLeaveTheStoreAsTheOwner() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      store = MemoryStores.behind();
      entries = open();
      Map<String, Long> owner = new TreeMap<>();
      for (long i = 0; i < 100; i++) {
        String key = String.valueOf(random.nextInt(8));
        if (owner.remove(key) != null) {
          entries.remove(key);
        } else if (random.nextInt(4) > 0) {
          owner.put(key, i);
          entries.add(key, i);
        } else {
          store.write();
        }
      }
      assertThat(restart()).as("seed %d", seed).isEqualTo(owner);
    }
  }
}
