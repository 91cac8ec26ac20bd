package org.aragora.telemetry.counting.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.schemas.text.Unicode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SeriesKeyTest {
  private static final List<String> PIECES =
      List.of(
          "",
          "\0",
          "?",
          "\uFFFD",
          "a",
          "#",
          "/",
          "\u0001",
          "\u0080",
          "é",
          "😀",
          "\uFEFF",
          "x".repeat(127),
          "😀".repeat(128),
          "\ud800",
          "\udfff");

  private static ByteBuffer bytes(SeriesKey key) {
    BinaryWriter out = new BinaryWriter();
    key.write(out);
    return ByteBuffer.wrap(out.toBytes());
  }

  private static String value(Random random) {
    StringBuilder value = new StringBuilder();
    for (int n = random.nextInt(4); n > 0; n--) {
      value.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return value.toString();
  }

  @Test
  void equalTextsOfSeveralSeriesAreOneObject() {
    byte[] requests = bytes(new SeriesKey("requests", List.of("GET", "/a", "200"))).array();
    SeriesKey one = SeriesKey.read(new BinaryReader(requests));
    SeriesKey other = SeriesKey.read(new BinaryReader(requests));
    assertThat(other).isEqualTo(one).isNotSameAs(one);
    assertThat(other.metric()).isSameAs(one.metric());
    for (int i = 0; i < 3; i++) {
      assertThat(other.labelValues().get(i)).isSameAs(one.labelValues().get(i));
    }
  }

  /** Two tuples share a key only if they are equal; what has no key of its own is refused. */
  @Tag("long")
  @Test
  void differentLabelsHaveDifferentKeys() {
    Random random = new Random(16);
    Map<ByteBuffer, SeriesKey> known = new HashMap<>();
    int refused = 0;
    for (int i = 0; i < 100_000; i++) {
      String[] labels = new String[random.nextInt(4)];
      Arrays.setAll(labels, n -> value(random));
      SeriesKey key = new SeriesKey(random.nextBoolean() ? "m" : "m\0", List.of(labels));
      if (!Arrays.stream(labels).allMatch(Unicode::isWellFormed)) {
        refused++;
        assertThatIllegalArgumentException().isThrownBy(() -> bytes(key));
        continue;
      }
      SeriesKey other = known.putIfAbsent(bytes(key), key);
      assertThat(other == null || other.equals(key)).as("%s and %s", key, other).isTrue();
    }
    assertThat(refused).isBetween(10_000, 90_000);
    assertThat(known.size()).isGreaterThan(1_000);
  }
}
