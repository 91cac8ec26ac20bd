package org.aragora.telemetry.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.fixtures.EarlierGeneration;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.flow.BrokenInvariantException;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class PartitionCounterTest {
  private static final long NOON_MS = 1_795_521_600_000L;
  private static final String START =
      "{\"specversion\":\"1.0\",\"id\":\"s\",\"source\":\"/a\",\"type\":\"ai.aragora.debate.started.v1\",\"time\":\"2026-11-24T12:00:00Z\",\"data\":{\"debate_id\":\"d\",\"agents\":[],\"timeout_seconds\":0}}";

  private final RecordingSink sink = new RecordingSink();
  private KeyValueStore<Bytes, byte[]> ingest = MemoryStores.empty();
  private KeyValueStore<Bytes, byte[]> aggregate = MemoryStores.empty();
  private Handover handover = Handover.NONE;
  private PartitionCounter counter;

  private void open() {
    if (counter != null) {
      counter.store();
    }
    ingest = MemoryStores.copy(ingest);
    aggregate = MemoryStores.copy(aggregate);
    CountingRules rules =
        new CountingRules(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            2000,
            10_000,
            Duration.ofDays(7),
            Duration.ZERO,
            true,
            text -> text);
    counter =
        new PartitionCounters(rules, () -> new MetricCatalog("aragora.", text -> text), handover)
            .open(
                new InputPartition(InputTopic.DEBATES, 0),
                new PartitionStores<>(ingest, aggregate),
                sink);
  }

  private void read(long offset, long appendMs, String value) {
    counter.accept(new InputRecord(offset, appendMs, null, value.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void ledgerAndTotalsAreWrittenInOnePassAndTheLedgerLast() {
    open();
    read(0, NOON_MS, START);
    assertThat(sink.kinds).isEmpty();
    counter.writeOut(NOON_MS, false);
    assertThat(sink.kinds).startsWith("total").contains("window").endsWith("ledger");
    sink.kinds.clear();
    counter.writeOut(NOON_MS, false);
    assertThat(sink.kinds).as("nothing has changed").isEmpty();
  }

  @Test
  void afterARestartEverythingIsWrittenAgain() {
    open();
    read(0, NOON_MS, START);
    counter.writeOut(NOON_MS, false);
    var first = java.util.List.copyOf(sink.kinds);
    sink.kinds.clear();
    open();
    counter.writeOut(NOON_MS, false);
    assertThat(sink.kinds).containsExactlyInAnyOrderElementsOf(first);
  }

  @Test
  void deadLettersOfAnEarlierGenerationAreNotWrittenAgainAndTheNextAre() {
    handover = new EarlierGeneration(10, 10, 12);
    open();
    read(8, NOON_MS, "no event");
    read(9, NOON_MS, "no event");
    assertThat(sink.kinds).isEmpty();
    read(10, NOON_MS, "no event");
    assertThat(sink.kinds).containsExactly("dead letter");
  }

  @Test
  void noEndIsProposedBeforeThoseOfAnEarlierGenerationAreRead() {
    handover = new EarlierGeneration(10, 10, 12);
    open();
    read(7, NOON_MS, START);
    read(9, NOON_MS + 61_000, "no event");
    counter.writeOut(counter.appendTimeMs(), false);
    assertThat(sink.proposals).as("offset 10 and 11 may be its end").isEmpty();
    read(11, NOON_MS + 61_000, "no event");
    counter.writeOut(counter.appendTimeMs(), false);
    assertThat(sink.proposals).hasSize(1);
  }

  @Test
  void anEndIsProposedIfTheRestOfThePartitionIsNotARecord() {
    handover = new EarlierGeneration(10, 10, 12);
    open();
    read(7, NOON_MS, START);
    read(9, NOON_MS + 61_000, "no event");
    counter.writeOut(counter.appendTimeMs(), true);
    assertThat(sink.proposals).hasSize(1);
  }

  @Test
  void anOffsetThatIsInTheLedgerAlreadyStopsTheTask() {
    open();
    read(7, NOON_MS, START);
    open();
    assertThatThrownBy(() -> read(7, NOON_MS, START))
        .isInstanceOf(BrokenInvariantException.class)
        .hasMessageContaining("offset 7 of ")
        .hasMessageContaining("replay promote");
  }
}
