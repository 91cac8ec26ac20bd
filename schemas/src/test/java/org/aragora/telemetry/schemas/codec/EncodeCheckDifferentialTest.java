package org.aragora.telemetry.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The check during encoding, compared with a second reading of the value. */
class EncodeCheckDifferentialTest {
  private static final int EVENTS_OF_A_TYPE =
      Integer.getInteger("aragora.telemetry.encode-check.events", 20_000);

  private static final List<Long> APPEND_TIMES =
      List.of(
          0L,
          Samples.APPENDED_MS - 3_600_000,
          Samples.APPENDED_MS - 3_600_001,
          253_402_300_799_999L, // the end of year 9999
          253_402_300_800_000L,
          Long.MAX_VALUE);

  private static final Duration DAY = Duration.ofDays(1);

  private final EventCodec codec = JsonEventCodec.create();
  private final EventCodec reference = JsonEventCodec.reference();

  @ParameterizedTest
  @EnumSource
  void whatItIsSureOfIsReadAsValidWithTheSameKey(EventType type) {
    Random random = new Random(31 * type.ordinal() + 7);
    HostileEvents events = new HostileEvents(random);
    int sure = 0;
    int refused = 0;
    for (int i = 0; i < EVENTS_OF_A_TYPE; i++) {
      Event event = events.next(type);
      long appendMs =
          random.nextInt(20) == 0
              ? APPEND_TIMES.get(random.nextInt(APPEND_TIMES.size()))
              : Samples.APPENDED_MS;
      byte[] value = encoded(event);
      if (value == null) {
        assertThat(failsToEncode(event, appendMs)).as("%s", event).isTrue();
        continue;
      }
      EventCodec.Encoded checked = codec.encode(event, appendMs);
      assertThat(checked.value()).isEqualTo(value);
      Decoded read = reference.decode(type.topic(), value, appendMs);
      refused += read instanceof Decoded.Invalid ? 1 : 0;
      if (checked.isSurelyValid()) {
        sure++;
        assertThat(read).as(text(value)).isInstanceOf(Decoded.Valid.class);
        assertThat(codec.decode(type.topic(), value, appendMs)).isEqualTo(read);
        Event valid = ((Decoded.Valid) read).event();
        assertThat(valid.key()).isEqualTo(event.key());
        assertThat(comparable(valid)).as(text(value)).isEqualTo(comparable(event));
      }
    }
    // Both kinds are frequent, so neither is compared with nothing.
    assertThat(refused).isGreaterThan(EVENTS_OF_A_TYPE / 10);
    assertThat(sure)
        .isGreaterThan(type == EventType.INSTANCE_HEARTBEAT ? -1 : EVENTS_OF_A_TYPE / 10);
  }

  /** The usual events, which have to be fast: all but heartbeats and nested fields. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "INSTANCE_HEARTBEAT")
  void itIsSureOfUsualEvents(EventType type) {
    Random random = new Random(type.ordinal());
    for (int i = 0; i < 1_000; i++) {
      Event any = RandomEvents.of(type, random);
      Event event =
          new Event(
              any.id(),
              any.source(),
              Instant.ofEpochMilli(Samples.APPENDED_MS),
              any.trace(),
              any.sequence(),
              type == EventType.LOG_EMITTED
                  ? LogEmitted.of(LogLevel.INFO, "l", "m").withField("n", random.nextLong())
                  : any.data());

      assertThat(codec.encode(event, Samples.APPENDED_MS).isSurelyValid()).as("%s", event).isTrue();
    }
  }

  /** Null if the event has no value, because a host left out a word of a fixed list. */
  @SuppressWarnings("NullAway") // what a host may do
  private byte @Nullable [] encoded(Event event) {
    try {
      return codec.encode(event);
    } catch (NullPointerException e) {
      return null;
    }
  }

  private boolean failsToEncode(Event event, long appendMs) {
    try {
      codec.encode(event, appendMs);
      return false;
    } catch (NullPointerException e) {
      return true;
    }
  }

  /**
   * The value again, but for what is read otherwise on purpose: a trace context that is not valid
   * is left out, a timeout is capped.
   */
  private String comparable(Event event) {
    EventData data = event.data();
    if (data instanceof DebateStarted start
        && start.timeoutNanos() != null
        && start.timeoutNanos() > DAY.toNanos()) {
      data = start.withTimeout(DAY);
    }
    return text(
        codec.encode(
            new Event(
                event.id(), event.source(), event.time(), null, null, event.sequence(), data)));
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }
}
