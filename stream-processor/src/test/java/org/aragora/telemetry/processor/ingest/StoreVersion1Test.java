package org.aragora.telemetry.processor.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.processor.fixtures.CommittedStore;
import org.aragora.telemetry.processor.fixtures.MemoryStores;
import org.aragora.telemetry.processor.fixtures.ReadTo;
import org.aragora.telemetry.processor.fixtures.TaskContext;
import org.aragora.telemetry.processor.flow.PartitionProgress;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

/**
 * The ingest store as version 1 wrote it, from a committed file. Whatever comes later must go on
 * from it; what writes other bytes must raise the version.
 */
class StoreVersion1Test {
  private static final String FILE = "ingest-store-version-1.txt";
  private static final long NOON_MS = 1_795_521_600_000L;

  private final List<Object> forwarded = new ArrayList<>();
  private long nanos;

  @Test
  void whatIsWrittenTodayIsVersion1() {
    KeyValueStore<Bytes, byte[]> store = MemoryStores.empty();
    TaskContext<Object, Object> context = open(store);
    send(context, 0, event("round_completed", 1, "\"round\":1,\"duration_seconds\":1"));
    send(context, 1, event("round_completed", 700, "\"round\":1,\"duration_seconds\":1"));
    send(context, 5, event("completed", 300, "\"outcome\":\"error\",\"duration_seconds\":1"));
    send(context, 6, "garbage");
    send(context, 7, start("open", "\"domain\":\"größe\",\"timeout_seconds\":900"));
    send(context, 8, start("proposed", "\"timeout_seconds\":1"));
    nanos = 120_000_000_000L;
    context.punctuate(NOON_MS);
    assertThat(MemoryStores.contents(store))
        .isEqualTo(CommittedStore.contents(StoreVersion1Test.class, FILE));
  }

  @Test
  void countingGoesOnFromVersion1() {
    TaskContext<Object, Object> context = open(CommittedStore.open(StoreVersion1Test.class, FILE));
    send(context, 9, event("round_completed", 700, "\"round\":1,\"duration_seconds\":1"));
    send(context, 10, event("round_completed", 300, "\"round\":1,\"duration_seconds\":1"));
    assertThat(forwarded).as("duplicates").isEmpty();
    send(context, 11, event("round_completed", 2, "\"round\":1,\"duration_seconds\":1"));
    send(context, 12, event("round_completed", 699, "\"round\":1,\"duration_seconds\":1"));
    assertThat(forwarded).as("in gaps").containsExactly("counted", "counted");
    forwarded.clear();
    nanos = 839_000_000_000L;
    context.punctuate(NOON_MS);
    assertThat(forwarded).as("the clock went on from 120 s").containsExactly("ledger");
    forwarded.clear();
    nanos += 2_000_000_000L;
    context.punctuate(NOON_MS);
    assertThat(forwarded).as("960 s after the start, and once").containsExactly("proposed");
  }

  private TaskContext<Object, Object> open(KeyValueStore<Bytes, byte[]> store) {
    IngestProcessor processor =
        new IngestProcessor(
            InputTopic.DEBATES,
            "store",
            new IngestProcessor.Children("counted", "dead", "proposed", "ledger"),
            new IngestProcessor.Services(
                JsonEventCodec.create(),
                new IngestSettings(
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(300),
                    Duration.ofSeconds(3600),
                    true),
                atEnd(),
                () -> nanos,
                Duration.ofSeconds(1)));
    TaskContext<Object, Object> context =
        new TaskContext<Object, Object>(0, () -> NOON_MS, (record, child) -> forwarded.add(child))
            .with("store", store);
    processor.init(context);
    this.processor = processor;
    return context;
  }

  private IngestProcessor processor;

  private void send(TaskContext<Object, Object> context, long offset, String value) {
    context.at("aragora.debates", offset);
    processor.process(
        new Record<>(
            "key".getBytes(StandardCharsets.UTF_8),
            value.getBytes(StandardCharsets.UTF_8),
            NOON_MS));
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

  private PartitionProgress atEnd() {
    return new ReadTo(() -> OptionalLong.of(nanos));
  }
}
