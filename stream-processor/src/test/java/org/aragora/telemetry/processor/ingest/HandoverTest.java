package org.aragora.telemetry.processor.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.processor.fixtures.EarlierGeneration;
import org.aragora.telemetry.processor.fixtures.MemoryStores;
import org.aragora.telemetry.processor.fixtures.ReadTo;
import org.aragora.telemetry.processor.fixtures.TaskContext;
import org.aragora.telemetry.processor.flow.BrokenInvariantException;
import org.aragora.telemetry.processor.flow.PartitionProgress;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

/** A task that reads again what another generation has read. */
class HandoverTest {
  private static final long NOON_MS = 1_795_521_600_000L;

  private final List<String> forwarded = new ArrayList<>();
  private KeyValueStore<Bytes, byte[]> store = MemoryStores.empty();
  private IngestProcessor processor;
  private TaskContext<Object, Object> context;
  private boolean atEnd;

  /** Another generation has counted up to 10, where the partition ended at 12. */
  private void open() {
    processor =
        new IngestProcessor(
            InputTopic.DEBATES,
            "store",
            new IngestProcessor.Children("counted", "dead", "proposed", "ledger"),
            new IngestProcessor.Services(
                JsonEventCodec.create(),
                new IngestSettings(Duration.ZERO, Duration.ZERO, Duration.ZERO, true),
                progress(),
                () -> 0,
                Duration.ofSeconds(1),
                new EarlierGeneration(10, 10, 12)));
    context =
        new TaskContext<Object, Object>(0, () -> NOON_MS, (record, child) -> forwarded.add(child))
            .with("store", store);
    processor.init(context);
  }

  private void send(long offset, long appendMs, String value) {
    context.at("aragora.debates", offset);
    processor.process(new Record<>(null, value.getBytes(StandardCharsets.UTF_8), appendMs));
  }

  @Test
  void recordsThatAnotherHasParkedAreNotParkedAgainAndTheNextAre() {
    open();
    send(8, NOON_MS, "no event");
    send(9, NOON_MS, "no event");
    assertThat(forwarded).isEmpty();
    send(10, NOON_MS, "no event");
    assertThat(forwarded).containsExactly("dead");
  }

  @Test
  void noEndIsProposedBeforeThoseOfAnotherAreRead() {
    open();
    send(7, NOON_MS, START);
    send(9, NOON_MS + 61_000, "no event");
    context.punctuate(NOON_MS);
    assertThat(forwarded).as("offset 10 and 11 may be its end").doesNotContain("proposed");
    send(11, NOON_MS + 61_000, "no event");
    context.punctuate(NOON_MS);
    assertThat(forwarded).contains("proposed");
  }

  @Test
  void endIsProposedWhereWhatIsLeftOfThePartitionIsNoRecord() {
    open();
    send(7, NOON_MS, START);
    send(9, NOON_MS + 61_000, "no event");
    atEnd = true;
    context.punctuate(NOON_MS);
    assertThat(forwarded).contains("proposed");
  }

  @Test
  void offsetThatIsInTheLedgerAlreadyStopsTheTask() {
    open();
    send(7, NOON_MS, START);
    store = MemoryStores.copy(store);
    open();
    assertThatThrownBy(() -> send(7, NOON_MS, START))
        .isInstanceOf(BrokenInvariantException.class)
        .hasMessageContaining("offset 7 of ")
        .hasMessageContaining("replay promote");
  }

  private static final String START =
      "{\"specversion\":\"1.0\",\"id\":\"s\",\"source\":\"/a\",\"type\":\"ai.aragora.debate.started.v1\",\"time\":\"2026-11-24T12:00:00Z\",\"data\":{\"debate_id\":\"d\",\"agents\":[],\"timeout_seconds\":0}}";

  private PartitionProgress progress() {
    return new ReadTo(() -> atEnd ? OptionalLong.of(0) : OptionalLong.empty());
  }
}
