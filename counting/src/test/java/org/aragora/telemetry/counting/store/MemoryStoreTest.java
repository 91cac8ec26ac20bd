package org.aragora.telemetry.counting.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.Test;

class MemoryStoreTest {
  private final MemoryStore store = new MemoryStore();

  private static Bytes key(String text) {
    return Bytes.wrap(text.getBytes(UTF_8));
  }

  private void put(String key, String value) {
    store.put(key(key), value.getBytes(UTF_8));
  }

  private static String text(byte[] value) {
    return value == null ? null : new String(value, UTF_8);
  }

  private static List<String> entries(KeyValueIterator<Bytes, byte[]> found) {
    List<String> entries = new ArrayList<>();
    try (found) {
      while (found.hasNext()) {
        KeyValue<Bytes, byte[]> entry = found.next();
        entries.add(text(entry.key.get()) + "=" + text(entry.value));
      }
    }
    return entries;
  }

  @Test
  void aValueIsThereUntilItIsReplacedOrDeleted() {
    put("a", "1");
    assertThat(text(store.get(key("a")))).isEqualTo("1");
    put("a", "2");
    assertThat(text(store.get(key("a")))).isEqualTo("2");
    assertThat(store.approximateNumEntries()).isEqualTo(1);
    assertThat(text(store.delete(key("a")))).isEqualTo("2");
    assertThat(store.get(key("a"))).isNull();
    assertThat(store.delete(key("a"))).isNull();
  }

  @Test
  void aNullValueDeletes() {
    put("a", "1");
    store.put(key("a"), null);
    assertThat(store.approximateNumEntries()).isZero();
    assertThat(entries(store.all())).isEmpty();
  }

  @Test
  void whatIsThereIsKeptByPutIfAbsent() {
    assertThat(store.putIfAbsent(key("a"), new byte[] {'1'})).isNull();
    assertThat(text(store.putIfAbsent(key("a"), new byte[] {'2'}))).isEqualTo("1");
    assertThat(text(store.get(key("a")))).isEqualTo("1");
  }

  @Test
  void aScanIsInTheOrderOfTheKeys() {
    store.putAll(
        List.of(
            KeyValue.pair(key("b"), new byte[] {'2'}),
            KeyValue.pair(key("c"), new byte[] {'3'}),
            KeyValue.pair(key("a"), new byte[] {'1'})));
    assertThat(entries(store.all())).containsExactly("a=1", "b=2", "c=3");
    assertThat(entries(store.range(key("b"), key("c")))).containsExactly("b=2", "c=3");
    assertThat(entries(store.range(key("a"), key("b")))).containsExactly("a=1", "b=2");
  }

  @Test
  void aPrefixIsThatOfTheWholeKey() {
    put("a", "0");
    put("ab", "1");
    put("abc", "2");
    put("b", "3");
    put("ac", "4");
    assertThat(entries(store.prefixScan("ab", new StringSerializer())))
        .containsExactly("ab=1", "abc=2");
  }

  @Test
  void whatWasSavedIsRestored() throws IOException {
    put("a", "1");
    put("", "");
    put("ä", "x".repeat(1_000));
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    store.save(new DataOutputStream(saved));
    MemoryStore restored = new MemoryStore();
    restored.restore(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
    assertThat(entries(restored.all())).isEqualTo(entries(store.all())).hasSize(3);
    Map<String, String> seen = new TreeMap<>();
    restored.forEach((key, value) -> seen.put(text(key), text(value)));
    assertThat(seen).isEqualTo(Map.of("", "", "a", "1", "ä", "x".repeat(1_000)));
  }

  @Test
  void itIsOpenAndKeepsNothingOnDisk() {
    assertThat(store.isOpen()).isTrue();
    assertThat(store.persistent()).isFalse();
    assertThat(store.name()).isEqualTo("memory");
  }
}
