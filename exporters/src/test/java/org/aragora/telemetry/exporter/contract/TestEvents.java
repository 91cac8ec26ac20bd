package org.aragora.telemetry.exporter.contract;

import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.LogLevel;

/** Events and records for tests. */
public final class TestEvents {

  public static final EventCodec CODEC = JsonEventCodec.create();
  public static final Instant TIME = Instant.parse("2026-11-24T12:00:00.123456Z");
  public static final String SOURCE = "/aragora/instances/api-1";

  private TestEvents() {}

  public static Event event(String id, EventData data) {
    return new Event(id, SOURCE, TIME, null, null, null, data);
  }

  /** A request that failed: a span, and a line. */
  public static Event failedRequest(int number) {
    return event(
        "event-" + number,
        new RequestCompleted(
            "req-" + number, "POST", "/api/debates", 503, 250_000_000L, "user-" + number));
  }

  /** The debate of the documentation: two rounds, a call that fails, consensus, a rating. */
  public static List<Event> sampleDebate() {
    String id = "adhoc_1a2b3c4d";
    return List.of(
        at(0, "e1", new DebateStarted(id, List.of("claude", "gpt"), "law", "Adopt it?", 2L, null)),
        at(2000, "e2", call(id, 1, "claude", CallStatus.SUCCESS, 1900)),
        at(2400, "e3", call(id, 1, "gpt", CallStatus.TIMEOUT, 2300)),
        at(2500, "e4", new RoundCompleted(id, 1, 2_500_000_000L)),
        at(4000, "e5", call(id, 2, "claude", CallStatus.SUCCESS, 1400)),
        at(4600, "e6", call(id, 2, "gpt", CallStatus.SUCCESS, 2000)),
        at(4700, "e7", new RoundCompleted(id, 2, 2_200_000_000L)),
        at(
            5000,
            "e8",
            new DebateCompleted(id, DebateOutcome.CONSENSUS, 5_000_000_000L, 2L, 0.87, null, null)),
        at(5100, "e9", new EloUpdated("claude", 1512.5, 1500.0, id, "law")),
        at(
            5100,
            "e10",
            new LogEmitted(
                LogLevel.INFO,
                "aragora.server",
                "debate stored",
                "storage",
                "save",
                88L,
                null,
                null,
                id,
                null)));
  }

  private static AgentCallCompleted call(
      String debateId, long round, String agent, CallStatus status, long millis) {
    return new AgentCallCompleted(
        "call-" + agent + "-" + round,
        agent,
        status,
        millis * 1_000_000,
        "generate",
        null,
        null,
        null,
        null,
        null,
        debateId,
        round);
  }

  private static Event at(long millis, String id, EventData data) {
    return new Event(id, SOURCE, TIME.plusMillis(millis), null, null, null, data);
  }

  public static ConsumerRecord<byte[], byte[]> record(
      String topic, int partition, long offset, Event event) {
    return record(topic, partition, offset, CODEC.encode(event));
  }

  public static ConsumerRecord<byte[], byte[]> record(
      String topic, int partition, long offset, byte[] value) {
    return new ConsumerRecord<>(
        topic,
        partition,
        offset,
        TIME.toEpochMilli(),
        TimestampType.LOG_APPEND_TIME,
        0,
        value.length,
        new byte[0],
        value,
        new RecordHeaders(),
        java.util.Optional.empty());
  }
}
