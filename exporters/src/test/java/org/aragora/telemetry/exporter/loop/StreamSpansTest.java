package org.aragora.telemetry.exporter.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.aragora.telemetry.exporter.backend.StreamTime;
import org.junit.jupiter.api.Test;

class StreamSpansTest {

  private static final long LONGEST = StreamTime.LONGEST_SPAN.toNanos();

  private static StreamTime at(String stream, long nanos) {
    return new StreamTime(stream, nanos);
  }

  private static StreamSpans of(StreamTime... times) {
    StreamSpans spans = new StreamSpans();
    for (StreamTime time : times) {
      spans.add(time);
    }
    return spans;
  }

  @Test
  void aStreamFitsUpToItsLongestSpanInBothDirections() {
    StreamSpans spans = of(at("s", 10), at("s", 5), at("s", 7));
    assertThat(spans.fits(at("s", 5 + LONGEST))).isTrue();
    assertThat(spans.fits(at("s", 6 + LONGEST))).isFalse();
    assertThat(spans.fits(at("s", 10 - LONGEST))).isTrue();
    assertThat(spans.fits(at("s", 9 - LONGEST))).isFalse();
    assertThat(spans.fits(at("t", 6 + LONGEST))).isTrue();
    assertThat(spans.fits(null)).isTrue();
  }

  @Test
  void aBatchPassesAnUnsettledOneWithinTheLongestSpan() {
    StreamSpans unsettled = of(at("s", 100), at("s", 50), null);
    assertThat(of(at("s", 50 + LONGEST)).mayPass(unsettled)).isTrue();
    assertThat(of(at("s", 51 + LONGEST)).mayPass(unsettled)).isFalse();
    assertThat(of(at("s", 0), at("s", 51 + LONGEST)).mayPass(unsettled)).isFalse();
    assertThat(of(at("t", Duration.ofDays(9).toNanos())).mayPass(unsettled)).isTrue();
    assertThat(of().mayPass(unsettled)).isTrue();
  }
}
