package org.aragora.telemetry.schemas.codec;

import java.time.Instant;
import org.apache.kafka.common.header.Header;
import org.aragora.telemetry.schemas.codec.JsonReader.UndecodableException;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.plain.PlainEvents;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Events as CloudEvents 1.0: written in structured JSON mode, read in binary mode too.
 *
 * <p>Decoding parses the whole value first and then tries the rules in the order of {@link
 * DeadLetterReason}; the first that is broken is the reason. A valid event without anything unusual
 * is read by {@link PlainEvents} instead, with the same result. Durations become nanoseconds
 * without passing through a double. Encoding writes the attributes in the order of the envelope's
 * schema and the fields in the order of the record's components; it checks nothing but that the
 * result is JSON, so a value may be larger than {@link #MAX_VALUE_BYTES} if the event is.
 *
 * <pre>{@code
 * EventCodec codec = JsonEventCodec.create();
 * byte[] value = codec.encode(event);
 * if (codec.decode(InputTopic.REQUESTS, value, appendTimeMs) instanceof Decoded.Valid valid) {
 *   count(valid.event());
 * }
 * }</pre>
 */
public final class JsonEventCodec implements EventCodec {
  private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");

  /** The last time that RFC 3339 can write. */
  private static final Instant LATEST_WRITTEN = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private static final long HOUR_MS = 3_600_000L;

  private final JsonReader reader = new JsonReader();
  private final @Nullable PlainEvents plain;

  private JsonEventCodec(@Nullable PlainEvents plain) {
    this.plain = plain;
  }

  /** A codec; one serves all threads. */
  public static JsonEventCodec create() {
    return new JsonEventCodec(new PlainEvents());
  }

  /** A codec that reads every value in full: what the other one is compared with. */
  public static JsonEventCodec reference() {
    return new JsonEventCodec(null);
  }

  @Override
  public byte[] encode(Event event) {
    JsonWriter out = new JsonWriter();
    Envelope.write(event, out);
    return out.toBytes();
  }

  @Override
  public Encoded encode(Event event, long appendTimeMs) {
    JsonWriter out = new JsonWriter();
    Envelope.write(event, out);
    byte[] value = out.toBytes();
    Instant time = event.time();
    boolean sure =
        out.isSure()
            && value.length <= MAX_VALUE_BYTES
            && Envelope.isSure(event)
            && time != null
            && !time.isAfter(LATEST_WRITTEN)
            && isInRange(time, Instant.ofEpochMilli(appendTimeMs));
    return new Encoded(value, sure);
  }

  @Override
  public Decoded decode(
      InputTopic topic,
      byte @Nullable [] key,
      Iterable<Header> headers,
      byte @Nullable [] value,
      long appendTimeMs) {
    if (value == null) {
      return invalid(DeadLetterReason.NULL_VALUE, "The record has no value.");
    }
    if (value.length > MAX_VALUE_BYTES) {
      return invalid(
          DeadLetterReason.TOO_LARGE,
          "The value has " + value.length + " bytes, more than " + MAX_VALUE_BYTES + ".");
    }
    boolean binary = BinaryMode.isBinary(headers);
    if (plain != null && !binary && (key == null || key.length <= Bounds.KEY_BYTES)) {
      Event event = plain.read(topic, value, appendTimeMs);
      if (event != null) {
        return new Decoded.Valid(event);
      }
    }
    try {
      JsonObject envelope = binary ? BinaryMode.read(reader, headers, value) : reader.read(value);
      return decode(topic, key, envelope, appendTimeMs);
    } catch (UndecodableException e) {
      return invalid(
          DeadLetterReason.UNDECODABLE,
          "The value is not one JSON object in UTF-8: " + e.getMessage() + ".");
    } catch (JsonFieldReader.InvalidFieldException e) {
      return invalid(DeadLetterReason.INVALID_FIELD, String.valueOf(e.getMessage()));
    }
  }

  private static Decoded decode(
      InputTopic topic, byte @Nullable [] key, JsonObject envelope, long appendTimeMs) {
    Object name = envelope.get(Envelope.TYPE);
    EventType type = name instanceof String text ? EventType.byName(text) : null;
    if (type == null) {
      return invalid(
          DeadLetterReason.UNKNOWN_TYPE,
          "Field type must be a known event type but is " + MessageText.value(name) + ".");
    }
    if (type.topic() != topic) {
      return invalid(
          DeadLetterReason.WRONG_TOPIC,
          String.format(
              "Events of type %s belong to topic %s, not to %s.",
              type.typeName(), type.topic().suffix(), topic.suffix()));
    }
    if (key != null && key.length > Bounds.KEY_BYTES) {
      return invalid(
          DeadLetterReason.INVALID_FIELD,
          String.format(
              "Field key must be at most %d bytes but is %d bytes.", Bounds.KEY_BYTES, key.length));
    }
    String brokenBound = envelope.brokenBound();
    if (brokenBound != null) {
      return invalid(DeadLetterReason.INVALID_FIELD, brokenBound);
    }
    Event event = Envelope.read(envelope, type);
    Instant appended = Instant.ofEpochMilli(appendTimeMs);
    Instant time = event.time() == null ? appended : event.time();
    if (!isInRange(time, appended)) {
      return invalid(
          DeadLetterReason.TIMESTAMP_OUT_OF_RANGE,
          String.format(
              "Field time must be from %s to one hour after the append time %s but is %s.",
              EARLIEST, appended, time));
    }
    return new Decoded.Valid(event);
  }

  private static boolean isInRange(Instant time, Instant appended) {
    return !time.isBefore(EARLIEST) && !time.isAfter(appended.plusMillis(HOUR_MS));
  }

  private static Decoded invalid(DeadLetterReason reason, String message) {
    return new Decoded.Invalid(reason, message);
  }
}
