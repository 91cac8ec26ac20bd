package org.aragora.telemetry.producer.stamp;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.aragora.telemetry.producer.report.DropReason;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.ProposedEnd;
import org.aragora.telemetry.schemas.envelope.TraceparentFormat;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.schemas.text.Utf8;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Makes an event of a record: cuts long texts, adds the envelope, encodes, and checks that the
 * processor will count it.
 */
public final class Stamper {
  /** Room for epoch and seq, which come in when the partition is known. */
  private static final int NUMBER_BYTES = 96;

  /** Six bytes a character at worst: a cut text leaves more than half of a value's limit. */
  private static final int MAX_CODE_POINTS = 65_536;

  private final EventCodec codec;
  private final Clock clock;
  private final Ids ids;
  private final String source;

  public Stamper(EventCodec codec, Clock clock, Ids ids, String source) {
    this.codec = codec;
    this.clock = clock;
    this.ids = ids;
    this.source = source;
  }

  /**
   * Stamps an event of this run.
   *
   * @throws RefusedEventException if the processor would not count it
   */
  public StampedEvent stamp(EventData data, EventContext context) throws RefusedEventException {
    Instant now = clock.instant();
    String traceparent = context.traceparent();
    Event event =
        new Event(
            ids.next(now.toEpochMilli()),
            source,
            context.time() == null ? now : context.time(),
            // Another form would be ignored, and may have any length.
            traceparent != null && TraceparentFormat.isTraceparent(traceparent)
                ? traceparent
                : null,
            spanId(context),
            null,
            data.cutTexts(Stamper::cut));
    EventCodec.Encoded encoded = codec.encode(event, now.toEpochMilli());
    byte[] value = encoded.value();
    checkSize(value.length + NUMBER_BYTES);
    // The key is that of the event as readers get it, without lone surrogates.
    Event read = encoded.isSurelyValid() ? event : check(event.type().topic(), null, value, now);
    return StampedEvent.numbered(Utf8.encode(read.key()), value);
  }

  /**
   * Checks an event that another producer has stamped.
   *
   * @throws RefusedEventException if the processor would not count it
   */
  public StampedEvent asIs(InputTopic topic, @Nullable String key, byte[] value)
      throws RefusedEventException {
    checkSize(value.length);
    byte[] keyBytes = key == null ? null : Utf8.encode(Unicode.wellFormed(key));
    Event event = check(topic, keyBytes, value, clock.instant());
    if (event.source().equals(ProposedEnd.SOURCE)) {
      throw new RefusedEventException(
          DropReason.INVALID,
          "Field source is \"" + ProposedEnd.SOURCE + "\", which only the processor may write.");
    }
    return StampedEvent.asIs(keyBytes == null ? Utf8.encode(event.key()) : keyBytes, value);
  }

  /** Texts that people and models write are cut instead of refused; a mark has their length. */
  @SuppressWarnings("ConstantValue") // hosts are not held to our annotations
  private static String cut(String text) {
    if (text == null || !Unicode.isLongerThan(text, MAX_CODE_POINTS)) {
      return text;
    }
    return Unicode.cut(text, MAX_CODE_POINTS)
        + "… [cut from "
        + text.codePointCount(0, text.length())
        + " characters]";
  }

  private static @Nullable String spanId(EventContext context) {
    String parent = context.parentSpanId();
    return parent != null && TraceparentFormat.isSpanId(parent) ? parent : null;
  }

  private static void checkSize(int bytes) throws RefusedEventException {
    if (bytes > EventCodec.MAX_VALUE_BYTES) {
      throw new RefusedEventException(
          DropReason.TOO_LARGE,
          "The event would take "
              + bytes
              + " bytes, more than the "
              + EventCodec.MAX_VALUE_BYTES
              + " that are counted.");
    }
  }

  private Event check(InputTopic topic, byte @Nullable [] key, byte[] value, Instant now)
      throws RefusedEventException {
    Decoded decoded = codec.decode(topic, key, List.of(), value, now.toEpochMilli());
    if (decoded instanceof Decoded.Valid valid) {
      return valid.event();
    }
    throw new RefusedEventException(DropReason.INVALID, ((Decoded.Invalid) decoded).message());
  }
}
