package org.aragora.telemetry.counting.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class MetricsKeyTest {
  private static final InputPartition TASK = new InputPartition(InputTopic.AGENT_CALLS, 300);

  private static final Integer[] PARTITIONS_OF_VERSION_1 = {9, 1, 7, 2, 5, 6, 7};

  @Test
  void everyKeyIsReadBack() {
    for (long seed = 0; seed < 1_000; seed++) {
      MetricsKey key = random(new Random(seed));
      assertThat(MetricsKey.fromBytes(key.toBytes())).as("seed %d", seed).isEqualTo(key);
    }
  }

  @Test
  void keysOfWindowsAreReadBack() {
    for (long seed = 0; seed < 1_000; seed++) {
      Random random = new Random(seed);
      WindowKey key = new WindowKey(series(random), random.nextInt(), TASK);
      assertThat(WindowKey.fromBytes(key.toBytes())).as("seed %d", seed).isEqualTo(key);
    }
  }

  @Test
  void keysThatEndEarlyAreCorrupt() {
    for (MetricsKey key :
        List.of(
            new MetricsKey.Partial(new SeriesKey("m", List.of("ä", "")), TASK, false),
            new MetricsKey.LedgerOf(TASK),
            new MetricsKey.Owner(200),
            new MetricsKey.Ripe(new SeriesKey("m", List.of("ä", ""))))) {
      byte[] bytes = key.toBytes();
      for (int length = 0; length < bytes.length; length++) {
        byte[] cut = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> MetricsKey.fromBytes(cut))
            .isInstanceOf(CorruptRecordException.class);
      }
    }
  }

  @Test
  void aKeyOfALaterFormatIsRefusedInASentence() {
    assertThatThrownBy(() -> MetricsKey.fromBytes(new byte[] {2, 1}))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage(
            "a key of the metrics topic has format version 2, this program reads 1 to 1; it was written by a newer release or is no such record");
  }

  @Test
  void aKeyOfAnUnknownKindIsRefusedInASentence() {
    assertThatThrownBy(() -> MetricsKey.fromBytes(new byte[] {1, 9}))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage("no key of the metrics topic has the kind 9");
  }

  @Test
  void aKeyOfAnUnknownInputTopicIsRefusedInASentence() {
    assertThatThrownBy(() -> MetricsKey.fromBytes(new byte[] {1, 2, 3, 'a', 'b', 'c', 0}))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage("no input topic has the name 'abc'");
  }

  @Test
  void allPartsOfASeriesGoToOnePartition() {
    for (long seed = 0; seed < 1_000; seed++) {
      Random random = new Random(seed);
      SeriesKey series = series(random);
      int partitions = 1 + random.nextInt(40);
      int partition = MetricsKey.seriesPartition(series, partitions);
      assertThat(partition).isBetween(0, partitions - 1);
      for (InputTopic topic : InputTopic.values()) {
        InputPartition task = new InputPartition(topic, random.nextInt(100));
        assertThat(new MetricsKey.Partial(series, task, false).partition(partitions))
            .as("seed %d", seed)
            .isEqualTo(partition);
        assertThat(new WindowKey(series, random.nextLong(), task).partition(partitions))
            .as("seed %d", seed)
            .isEqualTo(partition);
      }
    }
  }

  @Test
  void whatNeedsTopicTimesGoesWhereTheLedgerIs() {
    int ledgers = MetricsKey.topicTimePartition(12);
    assertThat(new MetricsKey.LedgerOf(TASK).partition(12)).isEqualTo(ledgers);
    assertThat(
            new MetricsKey.Partial(new SeriesKey("aragora_consensus_rate", List.of()), TASK, true)
                .partition(12))
        .isEqualTo(ledgers);
  }

  @Test
  void anAnnouncementGoesToThePartitionThatItIsAbout() {
    assertThat(new MetricsKey.Owner(7).partition(12)).isEqualTo(7);
  }

  @Test
  void noReleaseMayMoveASeriesToAnotherPartition() {
    assertThat(
            List.of(
                MetricsKey.topicTimePartition(12),
                MetricsKey.topicTimePartition(4),
                partition("aragora_active_debates"),
                partition("aragora_requests_total", "GET", "/api/v1/debates", "200"),
                partition("aragora_agent_calls_total", "claude", "success"),
                partition("aragora_log_events_total", "INFO"),
                partition("aragora_agent_elo_rating", "größe")))
        .containsExactly(PARTITIONS_OF_VERSION_1);
  }

  private static int partition(String metric, String... labels) {
    return MetricsKey.seriesPartition(new SeriesKey(metric, List.of(labels)), 12);
  }

  private static MetricsKey random(Random random) {
    InputTopic[] topics = InputTopic.values();
    InputPartition task =
        new InputPartition(topics[random.nextInt(topics.length)], random.nextInt(10_000));
    return switch (random.nextInt(5)) {
      case 0 -> new MetricsKey.LedgerOf(task);
      case 1 -> new MetricsKey.Owner(random.nextInt(10_000));
      case 2 -> new MetricsKey.Ripe(series(random));
      default ->
          new MetricsKey.Partial(
              series(random),
              task,
              random.nextBoolean(),
              random.nextBoolean() ? 0 : random.nextLong());
    };
  }

  private static SeriesKey series(Random random) {
    String[] labels = new String[random.nextInt(4)];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = random.nextInt(4) == 0 ? "" : "lä-" + "x".repeat(random.nextInt(200));
    }
    return new SeriesKey("metric_" + random.nextInt(5), List.of(labels));
  }
}
