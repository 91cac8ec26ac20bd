package org.aragora.telemetry.testbed.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.field.Bounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LargestEventsTest {
  private static final long NOW_MS = 1_795_000_000_000L;
  private final LargestEvents largest = new LargestEvents(1);
  private final EventCodec codec = JsonEventCodec.create();

  private Event event(EventType type, byte[] value) {
    Decoded decoded = codec.decode(type.topic(), largest.key(), List.of(), value, NOW_MS);
    assertThat(decoded).isInstanceOf(Decoded.Valid.class);
    return ((Decoded.Valid) decoded).event();
  }

  @ParameterizedTest
  @EnumSource
  void theLargestEventOfATypeIsValidAndFillsTheValue(EventType type) {
    byte[] value = largest.value(type);

    assertThat(value).hasSize(EventCodec.MAX_VALUE_BYTES);
    Event event = event(type, value);
    assertThat(event.id().codePoints()).hasSize(Bounds.NAME);
    assertThat(event.source().codePoints()).hasSize(Bounds.NAME);
    assertThat(event.sequence().epoch().codePoints()).hasSize(Bounds.NAME);
    assertThat(event.traceparent()).hasSize(Bounds.NAME);
    assertThat(event.sequence().seq()).isEqualTo(Bounds.SEQ);
  }

  @Test
  void aChangeIsMadeBeforeTheRestIsFilled() {
    byte[] value =
        largest.value(EventType.DEBATE_STARTED, event -> event.put("source", "/s").remove("seq"));

    assertThat(value).hasSize(EventCodec.MAX_VALUE_BYTES);
    assertThat(event(EventType.DEBATE_STARTED, value).source()).isEqualTo("/s");
    assertThat(event(EventType.DEBATE_STARTED, value).sequence()).isNull();
  }
}
