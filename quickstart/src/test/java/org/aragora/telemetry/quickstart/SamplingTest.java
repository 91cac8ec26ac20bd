package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;

class SamplingTest {
  private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

  private static boolean isSampled(String sampler) {
    return Exporters.sampling(Map.of("OTEL_TRACES_SAMPLER", sampler)).test(TRACE_ID);
  }

  @Test
  void withoutASamplerEveryTraceIsSampled() {
    assertThat(Exporters.sampling(Map.of()).test(TRACE_ID)).isTrue();
    assertThat(isSampled(" ")).isTrue();
  }

  @Test
  void theSamplerOfTheUserDecides() {
    assertThat(isSampled("always_on")).isTrue();
    assertThat(isSampled("parentbased_always_off")).isFalse();
    assertThat(isSampled("parentbased_traceidratio")).as("the default is 0.1").isFalse();
  }

  @Test
  void anUnknownSamplerIsRefused() {
    assertThatThrownBy(() -> isSampled("always"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("OTEL_TRACES_SAMPLER");
  }
}
