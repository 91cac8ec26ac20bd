package org.aragora.telemetry.exporter.spans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RatioSamplerTest {
  private static final int TRACES = 10_000;
  private final Random random = new Random(7);

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.1, 0.5, 0.9, 1})
  void keepsTheRatioOfAnyIds(double ratio) {
    RatioSampler sampler = new RatioSampler(ratio);
    assertThat(kept(sampler, this::anyId)).isCloseTo(ratio, within(0.02));
    assertThat(kept(sampler, this::uuid)).as("Aragora's ids").isCloseTo(ratio, within(0.02));
  }

  private static double kept(RatioSampler sampler, Supplier<String> ids) {
    int kept = 0;
    for (int i = 0; i < TRACES; i++) {
      SamplingDecision decision =
          sampler
              .shouldSample(
                  Context.root(), ids.get(), "span", SpanKind.SERVER, Attributes.empty(), List.of())
              .getDecision();
      kept += decision == SamplingDecision.RECORD_AND_SAMPLE ? 1 : 0;
    }
    return (double) kept / TRACES;
  }

  private String anyId() {
    return "%016x%016x".formatted(random.nextLong(), random.nextLong());
  }

  private String uuid() {
    long version4 = (random.nextLong() & ~0xF000L) | 0x4000L;
    long variant2 = (random.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(version4, variant2).toString().replace("-", "");
  }
}
