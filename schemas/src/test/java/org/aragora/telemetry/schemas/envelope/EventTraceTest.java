package org.aragora.telemetry.schemas.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTraceTest {
  private static final String SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @Test
  void aSampledTraceIsFoundInBytesAndInTexts() {
    for (String flags : new String[] {"01", "03", "ff"}) {
      String text = SAMPLED.substring(0, 53) + flags;
      assertThat(inBytes(text)).isEqualTo(text);
      assertThat(EventTrace.of(text, null).sampledTraceparent()).isEqualTo(text);
    }
    String later = SAMPLED.replaceFirst("00", "cc") + "-more";
    assertThat(EventTrace.of(later, null).sampledTraceparent()).isEqualTo(later);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"
      })
  void othersAreNotSampled(String text) {
    assertThat(inBytes(text)).isNull();
    assertThat(EventTrace.of(text, null).sampledTraceparent()).isNull();
  }

  @Test
  void anEventWithoutOneIsNotSampled() {
    assertThat(EventTrace.NONE.sampledTraceparent()).isNull();
    assertThat(EventTrace.of("01", null).sampledTraceparent()).isNull();
    assertThat(EventTrace.in(new byte[16], -1, 0).sampledTraceparent()).isNull();
  }

  private static @Nullable String inBytes(String traceparent) {
    byte[] value = ("{\"" + traceparent + "\"}").getBytes(StandardCharsets.UTF_8);
    return EventTrace.in(value, 2, -1).sampledTraceparent();
  }
}
