package org.aragora.telemetry.replay.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.aragora.telemetry.counting.PartitionCounter;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.PartitionStores;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.DiscardingSink;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.MemoryStore;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class RetiredPartsTest {
  private static final InputPartition L0 = new InputPartition(InputTopic.LOGS, 0);
  private static final InputPartition L1 = new InputPartition(InputTopic.LOGS, 1);
  private static final SeriesKey INFO = new SeriesKey("aragora_log_events_total", List.of("INFO"));
  private static final long START = 1_795_521_600_000L;

  private final RetiredParts parts = new RetiredParts();
  private final List<RetiredParts.Retired> all = new ArrayList<>();

  @Test
  void whatWasRetiredWhileAnotherPartLivedIsOfTheSameLife() {
    RetiredParts.Retired first = retired(L0, 0, 10);
    RetiredParts.Retired second = retired(L1, 8, 30);
    livesSince(25);
    assertThat(parts.ofLivingSeries()).containsExactlyInAnyOrder(first, second);
  }

  @Test
  void whatWasRetiredBeforeABreakIsLeftOut() {
    retired(L0, 0, 10);
    retired(L1, 3, 9);
    RetiredParts.Retired after = retired(L1, 12, 30);
    livesSince(25);
    assertThat(parts.ofLivingSeries()).containsExactly(after);
  }

  @Test
  void aSeriesWithoutALivingPartHasEnded() {
    retired(L0, 0, 10);
    parts.addAll(all);
    assertThat(parts.ofLivingSeries()).isEmpty();
  }

  private RetiredParts.Retired retired(InputPartition task, long from, long to) {
    RetiredParts.Retired part =
        new RetiredParts.Retired(
            new MetricsKey.Partial(INFO, task, false, from), new byte[0], START + from, START + to);
    all.add(part);
    return part;
  }

  /** A counter whose part of the series began at a time. */
  private void livesSince(long ms) {
    parts.addAll(all);
    CountingRules rules =
        new CountingRules(
            Duration.ofSeconds(60),
            Duration.ofSeconds(300),
            Duration.ofHours(1),
            2000,
            10_000,
            Duration.ofDays(7),
            Duration.ZERO,
            false,
            text -> text);
    PartitionCounter counter =
        PartitionCounters.of(rules, "aragora.")
            .open(
                L0,
                new PartitionStores<>(new MemoryStore(), new MemoryStore()),
                new DiscardingSink() {
                  @Override
                  public void window(
                      org.aragora.telemetry.counting.metric.WindowKey key, byte[] value) {}
                });
    String line =
        "{\"specversion\":\"1.0\",\"id\":\"l\",\"source\":\"/a\",\"type\":\"ai.aragora.log.emitted.v1\","
            + "\"data\":{\"level\":\"INFO\",\"logger\":\"a\",\"message\":\"m\"}}";
    counter.accept(new InputRecord(0, START + ms, null, line.getBytes(StandardCharsets.UTF_8)));
    parts.addLiving(counter);
  }
}
