package org.aragora.telemetry.exporter.core;

import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.event.Event;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.RequestCompleted;

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
