package org.aragora.telemetry.counting.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.aragora.telemetry.counting.fixtures.CommittedStore;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.fixtures.Rules;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The ingest store as each version wrote it, from committed files. Whatever comes later must go on
 * from them; what writes other bytes must raise the version.
 */
class IngestStoreTest {
  private static final String FILE = "ingest-store-version-2-2.txt";
  private static final String FILE_2 = "ingest-store-version-2.txt";
  private static final String FILE_1 = "ingest-store-version-1.txt";
  private static final long NOON_MS = 1_795_521_600_000L;

  private final RecordingSink sink = new RecordingSink();
  private Ingest ingest;

  @Test
  void whatIsWrittenTodayIsVersion2() {
    WriteBehind store = MemoryStores.behind();
    open(store);
    read(0, event("round_completed", 1, "\"round\":1,\"duration_seconds\":1"));
    read(1, event("round_completed", 700, "\"round\":1,\"duration_seconds\":1"));
    read(5, event("completed", 300, "\"outcome\":\"error\",\"duration_seconds\":1"));
    read(6, "garbage");
    read(7, start("open", "\"domain\":\"größe\",\"timeout_seconds\":900"));
    read(8, start("proposed", "\"timeout_seconds\":1"));
    ingest.writeOut(NOON_MS + 120_000, true);
    assertThat(MemoryStores.contents(store))
        .isEqualTo(CommittedStore.contents(IngestStoreTest.class, FILE));
  }

  @Test
  void countingGoesOnFromVersion1() {
    countingGoesOnFrom(CommittedStore.open(IngestStoreTest.class, FILE_1));
  }

  @ParameterizedTest
  @ValueSource(strings = {FILE, FILE_2})
  void countingGoesOnFromVersion2(String file) {
    countingGoesOnFrom(CommittedStore.open(IngestStoreTest.class, file));
  }

  @Test
  void nothingOfVersion1IsLeftOnceItWasRead() {
    WriteBehind store = CommittedStore.open(IngestStoreTest.class, FILE_1);
    open(store);
    ingest.writeOut(NOON_MS + 120_000, true);
    assertThat(MemoryStores.contents(store).keySet())
        .as("runs, gaps, open and ended debates by their hashes")
        .isEqualTo(CommittedStore.contents(IngestStoreTest.class, FILE).keySet());
  }

  private void countingGoesOnFrom(WriteBehind store) {
    open(store);
    assertThat(ingest.appendTimeMs()).as("the stored clock").isEqualTo(NOON_MS + 120_000);
    assertThat(read(9, event("round_completed", 700, "\"round\":1,\"duration_seconds\":1")))
        .isNull();
    assertThat(read(10, event("round_completed", 300, "\"round\":1,\"duration_seconds\":1")))
        .isNull();
    assertThat(read(11, event("round_completed", 2, "\"round\":1,\"duration_seconds\":1")))
        .as("in a gap")
        .isNotNull();
    assertThat(read(12, event("round_completed", 699, "\"round\":1,\"duration_seconds\":1")))
        .as("in a gap")
        .isNotNull();
    assertThat(sink.kinds).isEmpty();
    ingest.writeOut(NOON_MS + 959_000, true);
    assertThat(sink.kinds).containsExactly("ledger");
    ingest.writeOut(NOON_MS + 961_000, true);
    assertThat(sink.kinds)
        .as("960 s after the start, and once")
        .containsExactly("ledger", "proposed end");
  }

  private void open(WriteBehind store) {
    ingest =
        new Ingest(
            new InputPartition(InputTopic.DEBATES, 0), Rules.DEFAULT, Handover.NONE, store, sink);
  }

  private CountedEvent read(long offset, String value) {
    return ingest.judge(
        new InputRecord(
            offset,
            NOON_MS,
            "key".getBytes(StandardCharsets.UTF_8),
            value.getBytes(StandardCharsets.UTF_8)));
  }

  private static String event(String kind, long seq, String data) {
    return json(kind, "e" + seq, "\"epoch\":\"k3v9\",\"seq\":" + seq + ",", "ended", data);
  }

  private static String start(String debate, String data) {
    return json("started", "s-" + debate, "", debate, "\"agents\":[]," + data);
  }

  private static String json(String kind, String id, String sequence, String debate, String data) {
    return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/a\",\"type\":\"ai.aragora.debate.%s.v1\",\"time\":\"2026-11-24T12:00:00.000000001Z\",%s\"data\":{\"debate_id\":\"%s\",%s}}"
        .formatted(id, kind, sequence, debate, data);
  }
}
