package org.aragora.telemetry.counting.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.fixtures.Rules;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.DebateChange;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class IngestTest {
  private static final long NOON_MS = Instant.parse("2026-11-24T12:00:00Z").toEpochMilli();
  private static final long MS = 1_000_000;
  private static final long SECOND = 1_000 * MS;
  private static final long NOON = NOON_MS * MS;

  private WriteBehind store = MemoryStores.behind();
  private RecordingSink sink = new RecordingSink();
  private Ingest ingest = create(true);
  private long offset;

  private Ingest create(boolean proposesEnds) {
    return new Ingest(
        new InputPartition(InputTopic.DEBATES, 0),
        proposesEnds ? Rules.DEFAULT : Rules.DEFAULT.forReplay(),
        Handover.NONE,
        store,
        sink);
  }

  @Test
  void eventTimeIsTheEventsOwn() {
    CountedEvent event = counted(NOON_MS, round("a", "2026-11-24T11:59:59.123456789Z"));
    assertThat(event.timeNanos()).isEqualTo(NOON - SECOND + 123_456_789);
    assertThat(event.partitionTimeNanos()).isEqualTo(event.timeNanos());
    assertThat(event.appendTimeMs()).isEqualTo(NOON_MS);
    assertThat(ingest.ledger().clockSkew()).isZero();
  }

  @Test
  void whereItHasNoneItIsAppendTime() {
    String event = round("a", "x").replace("\"time\":\"x\",", "");
    assertThat(counted(NOON_MS, event).timeNanos()).isEqualTo(NOON);
  }

  @Test
  void anEventAMinuteAheadCountsAtItsOwnTime() {
    assertThat(counted(NOON_MS, round("a", "2026-11-24T12:01:00Z")).timeNanos())
        .isEqualTo(NOON + 60 * SECOND);
    assertThat(ingest.ledger().clockSkew()).isZero();
  }

  @Test
  void anEventFurtherAheadCountsAtAppendTime() {
    assertThat(counted(NOON_MS, round("a", "2026-11-24T12:01:00.000000001Z")).timeNanos())
        .isEqualTo(NOON);
    assertThat(ingest.ledger().clockSkew()).isEqualTo(1);
    assertThat(ingest.ledger().partitionTimeNanos()).isEqualTo(NOON);
  }

  @Test
  void aClockFiftyMinutesFastMakesNobodyElseLate() {
    counted(NOON_MS, round("a", "2026-11-24T12:50:00Z"));
    counted(NOON_MS + 1, round("b", "2026-11-24T11:59:58Z"));
    assertThat(ingest.ledger().late()).isZero();
  }

  @Test
  void anEventIsLateFiveMinutesBehindPartitionTime() {
    counted(NOON_MS, round("a", "2026-11-24T12:00:00Z"));
    counted(NOON_MS, round("b", "2026-11-24T11:55:00Z"));
    assertThat(ingest.ledger().late()).isZero();
    CountedEvent late = counted(NOON_MS, round("c", "2026-11-24T11:54:59.999999999Z"));
    assertThat(ingest.ledger().late()).isEqualTo(1);
    assertThat(late.partitionTimeNanos()).as("late events count").isEqualTo(NOON);
    assertThat(ingest.ledger().counted()).isEqualTo(3);
  }

  @Test
  void theFirstEventIsNeverLate() {
    counted(NOON_MS, round("a", "2021-01-01T00:00:00Z"));
    assertThat(ingest.ledger().late()).isZero();
  }

  @Test
  void deadLettersAndDuplicatesMoveNoPartitionTime() {
    counted(NOON_MS, numbered("a", 1, "2026-11-24T11:00:00Z"));
    assertThat(read(NOON_MS, numbered("b", 1, "2026-11-24T12:00:00Z"))).isEqualTo("duplicate");
    assertThat(read(NOON_MS, round("", "2026-11-24T12:00:00Z"))).isEqualTo("dead letter");
    assertThat(ingest.ledger().partitionTimeNanos()).isEqualTo(NOON - 3_600 * SECOND);
  }

  @Test
  void onlyCountedEventsMarkANumber() {
    assertThat(read(NOON_MS, numbered("", 1, "2026-11-24T12:00:00Z"))).isEqualTo("dead letter");
    counted(NOON_MS, numbered("a", 1, "2026-11-24T12:00:00Z"));
    assertThat(read(NOON_MS, numbered("a", 1, "2026-11-24T12:00:00Z"))).isEqualTo("duplicate");
  }

  @Test
  void eventsWithoutNumbersAreNeverDuplicates() {
    counted(NOON_MS, round("a", "2026-11-24T12:00:00Z"));
    counted(NOON_MS, round("a", "2026-11-24T12:00:00Z"));
    assertThat(ingest.ledger().counted()).isEqualTo(2);
    assertThat(ingest.ledger().duplicate()).isZero();
  }

  @Test
  void anEpochWithoutNumberIsNeither() {
    String event =
        round("a", "2026-11-24T12:00:00Z").replace("\"data\"", "\"epoch\":\"e\",\"data\"");
    counted(NOON_MS, event);
    counted(NOON_MS, event);
    assertThat(ingest.ledger().missing().isZero()).isTrue();
  }

  @Test
  void theLedgerBalancesInEveryRecordAndNamesEachReason() {
    read(NOON_MS, null);
    read(NOON_MS, "not json");
    read(NOON_MS, "{\"type\":\"ai.aragora.debate.started.v9\"}");
    read(NOON_MS, "{\"type\":\"ai.aragora.log.emitted.v1\"}");
    read(NOON_MS, round("", "2026-11-24T12:00:00Z"));
    read(NOON_MS, round("a", "2019-12-31T23:59:59Z"));
    read(NOON_MS, round("a", "2026-11-24T13:00:00.001Z"));
    read(NOON_MS, "x".repeat(1_048_577));
    assertThat(ingest.ledger().read()).isEqualTo(8);
    assertThat(ingest.ledger().deadLetters()).isEqualTo(8);
    assertThat(ingest.ledger().balances()).isTrue();
    assertThat(ingest.ledger().deadLetters(DeadLetterReason.TIMESTAMP_OUT_OF_RANGE)).isEqualTo(2);
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      assertThat(ingest.ledger().deadLetters(reason)).as(reason.label()).isPositive();
    }
  }

  @Test
  void keysAreNothingThatCountingDependsOn() {
    byte[] event = bytes(round("a", "2026-11-24T12:00:00Z"));
    assertThat(ingest.judge(new InputRecord(0, NOON_MS, null, event))).isNotNull();
    assertThat(ingest.judge(new InputRecord(1, NOON_MS, new byte[] {-1}, event))).isNotNull();
  }

  @Test
  void aKeyOver64KibibytesIsADeadLetter() {
    byte[] event = bytes(round("a", "2026-11-24T12:00:00Z"));
    assertThat(ingest.judge(new InputRecord(0, NOON_MS, new byte[65_536], event))).isNotNull();
    assertThat(ingest.judge(new InputRecord(1, NOON_MS, new byte[65_537], event))).isNull();
    assertThat(ingest.ledger().deadLetters(DeadLetterReason.INVALID_FIELD)).isEqualTo(1);
  }

  @Test
  void attributesInHeadersAreRead() {
    List<Header> headers =
        List.of(
            new RecordHeader("ce_specversion", bytes("1.0")),
            new RecordHeader("ce_id", bytes("1")),
            new RecordHeader("ce_source", bytes("/s")),
            new RecordHeader("ce_type", bytes("ai.aragora.debate.round_completed.v1")));
    byte[] data = bytes("{\"debate_id\":\"d\",\"round\":1,\"duration_seconds\":1}");
    assertThat(ingest.judge(new InputRecord(0, NOON_MS, null, headers, data))).isNotNull();
  }

  @Test
  void noAppendTimeHoweverWildStopsCounting() {
    for (long appendMs :
        new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, 0, Long.MAX_VALUE / 1_000_000 + 1}) {
      store = MemoryStores.behind();
      sink = new RecordingSink();
      ingest = create(true);
      for (String event :
          List.of(
              round("a", "9999-12-31T23:59:59Z"),
              round("a", "2026-11-24T12:00:00Z"),
              numbered("a", 1, "2262-04-12T00:00:00Z"),
              start("d", "2263-01-01T00:00:00Z", 900),
              end("d", "9999-12-31T23:59:59Z"))) {
        assertThatCode(() -> read(appendMs, event))
            .as("append time %d, %s", appendMs, event)
            .doesNotThrowAnyException();
        assertThatCode(() -> read(NOON_MS, event)).doesNotThrowAnyException();
      }
      assertThat(ingest.ledger().balances()).isTrue();
    }
  }

  @Test
  void aDebateStartsAndEnds() {
    CountedEvent start = counted(NOON_MS, start("d", "2026-11-24T12:00:00Z", 900));
    assertThat(start.debateChange()).isEqualTo(new DebateChange.Started("security"));
    CountedEvent end = counted(NOON_MS, end("d", "2026-11-24T12:00:10Z"));
    assertThat(((DebateChange.Ended) end.debateChange()).wasOpen()).isTrue();
    assertThat(counted(NOON_MS, end("d", "2026-11-24T12:00:11Z")).debateChange()).isNull();
  }

  @Test
  void anOverdueEndIsProposedOnceAsTheContractHasIt() {
    counted(NOON_MS, start("d", "2026-11-24T11:59:58.5Z", 900));
    assertThat(ingest.awaitsEnds()).isTrue();
    assertThat(proposals(NOON_MS + 959_999)).isEmpty();
    List<RecordingSink.Proposal> ends = proposals(NOON_MS + 960_000);
    assertThat(ends).hasSize(1);
    assertThat(ends.get(0).key()).isEqualTo(bytes("the key"));
    assertThat(new String(ends.get(0).event(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"id\":\"timeout:d:start-d\",\"source\":\"/aragora/telemetry\","
                + "\"type\":\"ai.aragora.debate.completed.v1\",\"time\":\"2026-11-24T12:14:58.5Z\","
                + "\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\","
                + "\"data\":{\"debate_id\":\"d\",\"outcome\":\"timeout\",\"duration_seconds\":900,"
                + "\"domain\":\"security\"}}");
    assertThat(proposals(Long.MAX_VALUE)).isEmpty();
    assertThat(ingest.awaitsEnds()).isFalse();
  }

  @Test
  void aProposalChangesNothingUntilItIsReadBackAndThenCountsOnce() {
    counted(NOON_MS, start("d", "2026-11-24T12:00:00Z", 900));
    String proposal = new String(proposals(Long.MAX_VALUE).get(0).event(), StandardCharsets.UTF_8);
    assertThat(ingest.ledger().read()).isEqualTo(1);
    assertThat(counted(NOON_MS + 960_000, proposal).debateChange())
        .isInstanceOf(DebateChange.Ended.class);
    assertThat(counted(NOON_MS + 960_001, proposal).debateChange())
        .as("of another processor")
        .isNull();
  }

  @Test
  void aDebateWithoutTimeoutHasTheDefault() {
    counted(
        NOON_MS, start("d", "2026-11-24T12:00:00Z", 900).replace(",\"timeout_seconds\":900", ""));
    assertThat(proposals(NOON_MS + 3_659_999)).isEmpty();
    assertThat(proposals(NOON_MS + 3_660_000)).hasSize(1);
  }

  @Test
  void aTimeoutOfMoreThanADayIsADay() {
    counted(NOON_MS, start("d", "2026-11-24T12:00:00Z", 1_000_000));
    assertThat(proposals(NOON_MS + 86_459_999)).isEmpty();
    assertThat(proposals(NOON_MS + 86_460_000)).hasSize(1);
  }

  @Test
  void aReplayProposesNothing() {
    ingest = create(false);
    counted(NOON_MS, start("d", "2026-11-24T12:00:00Z", 900));
    assertThat(ingest.awaitsEnds()).isFalse();
    assertThat(proposals(Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void aRestartGoesOnWhereTheCommitWas() {
    counted(NOON_MS, numbered("a", 1, "2026-11-24T12:00:00Z"));
    counted(NOON_MS, start("d", "2026-11-24T12:00:00Z", 900));
    store = MemoryStores.copy(store);
    ingest = create(true);
    assertThat(ingest.ledger().read()).isEqualTo(2);
    assertThat(read(NOON_MS, numbered("a", 1, "2026-11-24T12:00:00Z"))).isEqualTo("duplicate");
    assertThat(counted(NOON_MS, start("d", "2026-11-24T12:00:00Z", 900)).debateChange()).isNull();
  }

  private CountedEvent counted(long appendMs, String value) {
    CountedEvent event = judge(appendMs, value);
    assertThat(event).isNotNull();
    return event;
  }

  /** The outcome as the ledger has it. */
  private String read(long appendMs, String value) {
    long duplicates = ingest.ledger().duplicate();
    long deadLetters = ingest.ledger().deadLetters();
    if (judge(appendMs, value) != null) {
      return "counted";
    }
    if (ingest.ledger().duplicate() > duplicates) {
      return "duplicate";
    }
    assertThat(ingest.ledger().deadLetters()).isEqualTo(deadLetters + 1);
    assertThat(sink.kinds).last().isEqualTo("dead letter");
    return "dead letter";
  }

  private CountedEvent judge(long appendMs, String value) {
    CountedEvent event =
        ingest.judge(
            new InputRecord(
                offset++, appendMs, bytes("the key"), value == null ? null : bytes(value)));
    assertThat(ingest.ledger().balances()).isTrue();
    return event;
  }

  private List<RecordingSink.Proposal> proposals(long appendMs) {
    int before = sink.proposals.size();
    ingest.proposeEnds(appendMs);
    return sink.proposals.subList(before, sink.proposals.size());
  }

  private static String round(String id, String time) {
    return event(
        "round_completed", id, time, "\"debate_id\":\"d\",\"round\":1,\"duration_seconds\":1");
  }

  private static String numbered(String id, long seq, String time) {
    return round(id, time).replace("\"data\"", "\"epoch\":\"e\",\"seq\":" + seq + ",\"data\"");
  }

  private static String start(String debate, String time, long timeout) {
    return event(
            "started",
            "start-" + debate,
            time,
            "\"debate_id\":\"%s\",\"agents\":[],\"domain\":\"security\",\"timeout_seconds\":%d"
                .formatted(debate, timeout))
        .replace(
            "\"data\"",
            "\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",\"data\"");
  }

  private static String end(String debate, String time) {
    return event(
        "completed",
        "end-" + debate,
        time,
        "\"debate_id\":\"" + debate + "\",\"outcome\":\"consensus\",\"duration_seconds\":10");
  }

  private static String event(String kind, String id, String time, String data) {
    return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/aragora/instances/i\",\"type\":\"ai.aragora.debate.%s.v1\",\"time\":\"%s\",\"data\":{%s}}"
        .formatted(id, kind, time, data);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
