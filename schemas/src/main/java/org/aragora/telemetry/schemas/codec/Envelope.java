package org.aragora.telemetry.schemas.codec;

import java.time.Instant;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.Event.Sequence;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.envelope.TraceparentFormat;
import org.jspecify.annotations.Nullable;

/** The CloudEvents attributes of an event, read and written. */
final class Envelope {
  static final String TYPE = "type";

  private Envelope() {}

  /**
   * Reads the event of a type out of its object; throws {@link
   * JsonFieldReader.InvalidFieldException}.
   */
  static Event read(JsonObject object, EventType type) {
    JsonFieldReader in = new JsonFieldReader(object, "");
    Object version = object.get("specversion");
    if (!"1.0".equals(version)) {
      throw in.invalid("specversion", "\"1.0\"", version);
    }
    String id = in.name("id");
    String source = in.name("source");
    Instant time = time(in.optionalText("time"), in);
    String traceparent = in.optionalText("traceparent");
    String parentSpanId = in.optionalText("parentspanid");
    Sequence sequence = sequence(in.optionalText("epoch"), object.get("seq"), in);
    Object data = object.get("data");
    if (!(data instanceof JsonObject fields)) {
      throw in.invalid("data", "an object", data);
    }
    return new Event(
        id,
        source,
        time,
        traceparent != null && TraceparentFormat.isTraceparent(traceparent) ? traceparent : null,
        parentSpanId != null && TraceparentFormat.isSpanId(parentSpanId) ? parentSpanId : null,
        sequence,
        type.read(new JsonFieldReader(fields, "data.")));
  }

  private static @Nullable Instant time(@Nullable String text, JsonFieldReader in) {
    if (text == null) {
      return null;
    }
    Instant time = Rfc3339.parse(text);
    if (time == null) {
      throw in.invalid("time", "an RFC 3339 time with offset", text);
    }
    return time;
  }

  /** One without the other is neither; what is there must be right all the same. */
  private static @Nullable Sequence sequence(
      @Nullable String epoch, @Nullable Object seq, JsonFieldReader in) {
    if (seq == null) {
      return null;
    }
    Long number = JsonFieldReader.integral(seq);
    if (number == null || number < 1) {
      throw in.invalid("seq", "an integer of 1 or more", seq);
    }
    return epoch == null || epoch.isEmpty() ? null : new Sequence(epoch, number);
  }

  /** Writes an event as one JSON object. */
  static void write(Event event, JsonWriter out) {
    Sequence sequence = event.sequence();
    out.begin()
        .text("specversion", "1.0")
        .text("id", event.id())
        .text("source", event.source())
        .text(TYPE, event.type().typeName())
        .time("time", event.time())
        .text("traceparent", event.traceparent())
        .text("parentspanid", event.parentSpanId())
        .text("epoch", sequence == null ? null : sequence.epoch())
        .integer("seq", sequence == null ? null : (Long) sequence.seq())
        .begin("data");
    event.data().write(out);
    out.end().end();
  }
}
