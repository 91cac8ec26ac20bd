package org.aragora.telemetry.schemas.codec;

import java.time.Instant;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.Event.Sequence;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.envelope.ProposedEnd;
import org.aragora.telemetry.schemas.envelope.TraceparentFormat;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.text.Rfc3339;
import org.aragora.telemetry.schemas.text.Unicode;
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
    String id = in.name("id", ProposedEnd.MAX_ID);
    String source = in.name("source");
    if (!source.equals(ProposedEnd.SOURCE) && Unicode.isLongerThan(id, Bounds.NAME)) {
      throw in.invalid("id", "a string of at most " + Bounds.NAME + " characters", id);
    }
    Instant time = time(in.optionalText("time"), in);
    String traceparent = in.optionalText("traceparent");
    String parentSpanId = in.optionalText("parentspanid");
    Sequence sequence = sequence(in.optionalLabel("epoch"), object.get("seq"), in);
    Object data = object.get("data");
    if (!(data instanceof JsonObject fields)) {
      throw in.invalid("data", rule(data, object), data);
    }
    Event event =
        new Event(
            id,
            source,
            time,
            traceparent != null && TraceparentFormat.isTraceparent(traceparent)
                ? traceparent
                : null,
            parentSpanId != null && TraceparentFormat.isSpanId(parentSpanId) ? parentSpanId : null,
            sequence,
            type.read(new JsonFieldReader(fields, "data.")));
    boolean numbered = object.get("epoch") != null || object.get("seq") != null;
    if (source.equals(ProposedEnd.SOURCE) && (numbered || !ProposedEnd.isProposedEnd(event))) {
      throw in.invalid(
          "source", "that of an instance (the ends that the processor proposes own it)", source);
    }
    return event;
  }

  /** The rule of {@code data}, with the remedy for events that hold it in another way. */
  private static String rule(@Nullable Object data, JsonObject object) {
    if (data instanceof String) {
      return "an object (send the JSON object, not text that contains it)";
    }
    return data == null && object.get("data_base64") != null
        ? "an object (send JSON in data instead of data_base64)"
        : "an object";
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
    long number = in.integer("seq", seq, 1, Bounds.SEQ);
    return epoch == null || epoch.isEmpty() ? null : new Sequence(epoch, number);
  }

  /** Writes an event as one JSON object. */
  static void write(Event event, JsonWriter out) {
    Sequence sequence = event.sequence();
    out.begin()
        .constant("specversion", "1.0")
        .label("id", event.id())
        .label("source", event.source())
        .constant(TYPE, event.type().typeName())
        .time("time", event.time())
        .optionalText("traceparent", event.traceparent())
        .optionalText("parentspanid", event.parentSpanId())
        .optionalLabel("epoch", sequence == null ? null : sequence.epoch());
    if (sequence != null) {
      out.integer("seq", sequence.seq(), 1, Bounds.SEQ);
    }
    out.begin("data");
    event.data().write(out);
    out.end().end();
  }

  /**
   * Returns true if the attributes are certain to be read as they are, as far as their writer does
   * not check it. The time has its own rule.
   */
  @SuppressWarnings("ConstantValue") // hosts are not held to our annotations
  static boolean isSure(Event event) {
    Sequence sequence = event.sequence();
    boolean numberedInFull =
        sequence == null || (sequence.epoch() != null && !sequence.epoch().isEmpty());
    return numberedInFull
        && !event.id().isEmpty()
        && !event.source().isEmpty()
        && !event.source().equals(ProposedEnd.SOURCE);
  }
}
