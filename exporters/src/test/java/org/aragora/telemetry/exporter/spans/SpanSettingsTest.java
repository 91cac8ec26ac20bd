package org.aragora.telemetry.exporter.spans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;

class SpanSettingsTest {

  private static String sampler(Map<String, String> environment) {
    return SpanSettings.sampler(Settings.read(SpanSettings.OWN.all(), environment))
        .getDescription();
  }

  @Test
  void samplersHaveOpenTelemetrysNames() {
    assertThat(sampler(Map.of()))
        .startsWith("ParentBased{root:TraceIdRatioBased{0.1")
        .isEqualTo(sampler(Map.of("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")));
    assertThat(sampler(Map.of("OTEL_TRACES_SAMPLER", "always_on"))).isEqualTo("AlwaysOnSampler");
    assertThat(sampler(Map.of("OTEL_TRACES_SAMPLER", "parentbased_always_off")))
        .startsWith("ParentBased{root:AlwaysOffSampler");
    assertThat(
            sampler(Map.of("OTEL_TRACES_SAMPLER", "traceidratio", "OTEL_TRACES_SAMPLER_ARG", "1")))
        .startsWith("TraceIdRatioBased{1");
  }

  @Test
  void badSamplerIsRefusedByName() {
    assertThatThrownBy(() -> sampler(Map.of("OTEL_TRACES_SAMPLER", "xray")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("OTEL_TRACES_SAMPLER=xray");
    assertThatThrownBy(() -> sampler(Map.of("OTEL_TRACES_SAMPLER_ARG", "10%")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("OTEL_TRACES_SAMPLER_ARG=10%");
  }
}
