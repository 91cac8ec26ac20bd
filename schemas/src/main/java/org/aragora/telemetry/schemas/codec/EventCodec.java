package org.aragora.telemetry.schemas.codec;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Events to the bytes of a record's value and back. Implementations are safe for use by several
 * threads.
 */
public interface EventCodec {

  /** Values over this are dead letters; what is written must not be larger. */
  int MAX_VALUE_BYTES = 1_048_576;

  /**
   * The value of {@code event}: one JSON object in UTF-8. Absent optional fields are left out, a
   * lone surrogate is written as U+FFFD.
   */
  byte[] encode(Event event);

  /**
   * The value of {@code event} as {@link #encode(Event)} writes it, checked meanwhile by the rules
   * of {@link #decode}. The check covers the usual events. It is not sure of others, and a caller
   * decodes their values to learn more.
   *
   * @param appendTimeMs the record timestamp to expect, milliseconds since 1970
   */
  Encoded encode(Event event, long appendTimeMs);

  /**
   * Reads a record in structured or binary mode and checks every rule of a valid event. Never
   * throws on bad input. No string of the event has a lone surrogate.
   *
   * @param topic topic of the record
   * @param key its key, null if it has none
   * @param headers its headers
   * @param value its value, null if it has none
   * @param appendTimeMs its record timestamp, milliseconds since 1970
   */
  Decoded decode(
      InputTopic topic,
      byte @Nullable [] key,
      Iterable<Header> headers,
      byte @Nullable [] value,
      long appendTimeMs);

  /** Reads the value of a record in structured mode, without a key. */
  default Decoded decode(InputTopic topic, byte @Nullable [] value, long appendTimeMs) {
    return decode(topic, null, List.of(), value, appendTimeMs);
  }

  /**
   * The value of an event, and what is known about it.
   *
   * @param value one JSON object in UTF-8
   * @param isSurelyValid true only if {@link #decode} finds the value valid, in the topic of the
   *     event's type and at the append time that was given, and reads an event with the same key;
   *     false if that is not so or not known
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Encoded(byte[] value, boolean isSurelyValid) {}
}
