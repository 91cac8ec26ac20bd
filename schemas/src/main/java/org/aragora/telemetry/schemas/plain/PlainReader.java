package org.aragora.telemetry.schemas.plain;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.Event.Sequence;
import org.aragora.telemetry.schemas.envelope.EventTrace;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.envelope.ProposedEnd;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.text.Utf8;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/** Reads one value after the other; of one thread at a time. */
final class PlainReader {
  private static final int TYPE_PLACE = 0; // of the attributes
  private static final int DATA_PLACE = 1;
  private static final Words VERSION = new Words("1.0".getBytes(StandardCharsets.UTF_8));
  private static final long EARLIEST_MS = Instant.parse("2020-01-01T00:00:00Z").toEpochMilli();
  private static final long LATEST_MS = Instant.parse("9000-01-01T00:00:00Z").toEpochMilli();
  private static final long HOUR_MS = 3_600_000;

  private final Names attributes =
      Names.of(
          "type",
          "data",
          "specversion",
          "id",
          "source",
          "time",
          "traceparent",
          "parentspanid",
          "epoch",
          "seq");
  private final Map<EventType, Names> fields = new EnumMap<>(EventType.class);
  private final Names none = Names.of();
  private final Texts texts = new Texts();
  private final Members envelope = new Members(texts, this::readData);
  private final Members data = new Members(texts, (value, at, place) -> -1);
  private final PlainFields envelopeFields = new PlainFields(envelope, texts);
  private final PlainFields dataFields = new PlainFields(data, texts);
  private final MinuteOfTime minute = new MinuteOfTime();
  private @Nullable EventType type;

  PlainReader() {
    for (EventType each : EventType.values()) {
      fields.put(each, Names.of());
    }
  }

  /** The event that a value is, if it is a valid one of the topic and plain; else null. */
  @Nullable Event read(InputTopic topic, byte[] value, long appendTimeMs) {
    int last = value.length - 1;
    if (last < 1 || value[0] != '{' || value[last] != '}') {
      return null;
    }
    texts.reset();
    type = null;
    if (envelope.read(value, 1, attributes) != value.length
        || (!texts.isAscii() && Utf8.firstError(value) >= 0)) {
      return null;
    }
    EventType found = type == null ? typeBehindData(value) : type;
    if (found == null || found.topic() != topic) {
      return null;
    }
    try {
      return event(value, found, appendTimeMs);
    } catch (NotPlainException e) {
      return null;
    }
  }

  @SuppressWarnings("NullAway") // every type has its names
  private Names fields(EventType of) {
    return fields.get(of);
  }

  private int readData(byte[] value, int at, int place) {
    if (place != DATA_PLACE) {
      return -1;
    }
    type = type(value);
    return data.read(value, at, type == null ? none : fields(type));
  }

  private @Nullable EventType type(byte[] value) {
    return envelope.kind(TYPE_PLACE) == Members.TEXT
        ? EventType.byName(texts.get(value, envelope.from(TYPE_PLACE), envelope.to(TYPE_PLACE)))
        : null;
  }

  /** The type if it follows the data, which is then read again. */
  private @Nullable EventType typeBehindData(byte[] value) {
    EventType found = type(value);
    boolean read =
        found != null
            && envelope.kind(DATA_PLACE) == Members.OBJECT
            && data.read(value, envelope.from(DATA_PLACE), fields(found)) > 0;
    return read ? found : null;
  }

  private @Nullable Event event(byte[] value, EventType of, long appendTimeMs) {
    PlainFields in = envelopeFields.of(value, attributes);
    in.require("specversion", VERSION);
    String id = in.name("id");
    String source = in.name("source");
    Instant time = in.optionalTime("time", minute);
    int traceparent = in.optionalAt("traceparent", EventTrace.TRACEPARENT_BYTES);
    int parentSpanId = in.optionalAt("parentspanid", EventTrace.SPAN_ID_BYTES);
    String epoch = in.optionalLabel("epoch");
    long seq = in.optionalInteger("seq", 1, Bounds.SEQ);
    long timeMs = time == null ? appendTimeMs : time.toEpochMilli();
    if (source.equals(ProposedEnd.SOURCE)
        || timeMs < EARLIEST_MS
        || timeMs >= Math.min(appendTimeMs, LATEST_MS) + HOUR_MS) {
      return null;
    }
    return new Event(
        id,
        source,
        time,
        EventTrace.in(value, traceparent, parentSpanId),
        epoch == null || epoch.isEmpty() || seq < 0 ? null : new Sequence(epoch, seq),
        of.read(dataFields.of(value, fields(of))));
  }
}
