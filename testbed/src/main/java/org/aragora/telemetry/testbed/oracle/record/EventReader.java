package org.aragora.telemetry.testbed.oracle.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Reader of records: a valid event, or the reason of its dead letter. */
public final class EventReader {
  private static final int LARGEST_VALUE = 1_048_576;
  private static final int LARGEST_KEY = 65_536;
  private static final long HOUR_MS = 3_600_000;
  private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");

  private EventReader() {}

  /**
   * Reads a record.
   *
   * @param topic name without prefix
   * @return the event as one object
   */
  public static JsonNode read(String topic, InputRecord record) throws InvalidEventException {
    byte[] value = record.value();
    if (value == null) {
      throw new InvalidEventException("null_value");
    }
    if (value.length > LARGEST_VALUE) {
      throw new InvalidEventException("too_large");
    }
    JsonNode event = ContentMode.read(record.headers(), value);
    String itsTopic = FieldRules.topic(event.path("type"));
    if (itsTopic == null) {
      throw new InvalidEventException("unknown_type");
    }
    if (!itsTopic.equals(topic)) {
      throw new InvalidEventException("wrong_topic");
    }
    if (record.keyBytes() > LARGEST_KEY || !FieldRules.areKept(event)) {
      throw new InvalidEventException("invalid_field");
    }
    Instant time = time(event);
    Instant counted = time == null ? Instant.ofEpochMilli(record.appendMs()) : time;
    if (counted.isBefore(EARLIEST)
        || counted.isAfter(Instant.ofEpochMilli(record.appendMs() + HOUR_MS))) {
      throw new InvalidEventException("timestamp_out_of_range");
    }
    return event;
  }

  /** The {@code time} of an event, null if it has none. */
  public static @Nullable Instant time(JsonNode event) throws InvalidEventException {
    if (!event.hasNonNull("time")) {
      return null;
    }
    try {
      return OffsetDateTime.parse(event.path("time").asText()).toInstant();
    } catch (DateTimeException e) {
      throw new InvalidEventException("invalid_field");
    }
  }

  /** Parses a record in structured mode; a missing node if it is not one JSON object. */
  public static JsonNode tree(byte @Nullable [] value) {
    try {
      return value == null
          ? MissingNode.getInstance()
          : ContentMode.read(new RecordHeaders(), value);
    } catch (InvalidEventException e) {
      return MissingNode.getInstance();
    }
  }
}
