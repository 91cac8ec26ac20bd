package org.aragora.telemetry.schemas.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceparentFormatTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-holds"
      })
  void traceparentsOfThisAndLaterVersionsAreTaken(String text) {
    assertThat(TraceparentFormat.isTraceparent(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garbage",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        "00-4bf92f3577b34da6a3ce929d0e0e473\u0136-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
      })
  void othersAreNot(String text) {
    assertThat(TraceparentFormat.isTraceparent(text)).isFalse();
  }

  @Test
  void spanIdsAre16LowerCaseHexDigits() {
    assertThat(TraceparentFormat.isSpanId("53995c3f42cd8ad8")).isTrue();
    assertThat(TraceparentFormat.isSpanId("0000000000000000")).isFalse();
    assertThat(TraceparentFormat.isSpanId("53995C3F42CD8AD8")).isFalse();
    assertThat(TraceparentFormat.isSpanId("53995c3f42cd8ad")).isFalse();
  }

  @Test
  void partsComeBackAsTheyWereWritten() {
    String sampled =
        TraceparentFormat.of("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "03");

    assertThat(sampled).isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03");
    assertThat(TraceparentFormat.isTraceparent(sampled)).isTrue();
    assertThat(TraceparentFormat.traceId(sampled)).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(TraceparentFormat.spanId(sampled)).isEqualTo("00f067aa0ba902b7");
    assertThat(TraceparentFormat.isSampled(sampled)).isTrue();
    assertThat(TraceparentFormat.isSampled(sampled.replace("-03", "-02"))).isFalse();
  }
}
