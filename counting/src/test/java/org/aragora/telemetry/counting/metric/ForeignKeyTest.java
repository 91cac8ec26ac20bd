package org.aragora.telemetry.counting.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ForeignKeyTest {
  private static final InputPartition TASK = new InputPartition(InputTopic.LOGS, 3);

  @Test
  void everyKeyOfOursIsReadAndNoOtherBytesAre() {
    for (MetricsKey key :
        List.of(
            new MetricsKey.LedgerOf(TASK),
            new MetricsKey.Owner(300),
            new MetricsKey.Ripe(new SeriesKey("m", List.of("a", "ü"))),
            new MetricsKey.Partial(new SeriesKey("m", List.of()), TASK, true))) {
      byte[] bytes = key.toBytes();
      assertThat(MetricsKey.find(bytes)).contains(key);
      assertThat(MetricsKey.find(Arrays.copyOf(bytes, bytes.length + 1))).isEmpty();
      assertThat(MetricsKey.find(Arrays.copyOf(bytes, bytes.length - 1))).isEmpty();
    }
    assertThat(MetricsKey.find(null)).isEmpty();
    assertThat(MetricsKey.find(new byte[0])).isEmpty();
  }

  @Tag("long")
  @Test
  void randomBytesThrowNothing() {
    Random random = new Random(12);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      if (bytes.length > 1 && random.nextBoolean()) {
        bytes[0] = 1;
        bytes[1] = (byte) random.nextInt(7);
      }
      MetricsKey.find(bytes).ifPresent(key -> assertThat(key.toBytes()).isEqualTo(bytes));
    }
  }
}
