package org.aragora.telemetry.exporter.spans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.aragora.telemetry.exporter.process.Settings;
import org.aragora.telemetry.exporter.spans.otlp.OtlpSettings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;

class OtlpSettingsTest {

  private static Settings settings(Map<String, String> environment) {
    return Settings.read(SpanSettings.declare(), environment);
  }

  private static OtlpSettings otlp(Map<String, String> environment) {
    return OtlpSettings.of(settings(environment));
  }

  @Test
  void generalEndpointGetsThePathAndTheOneForTracesDoesNot() {
    assertThat(otlp(Map.of()).endpoint()).hasToString("http://localhost:4318/v1/traces");
    assertThat(otlp(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "https://j:1/x/")).endpoint())
        .hasToString("https://j:1/x/v1/traces");
    assertThat(
            otlp(Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "http://a",
                    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b/c"))
                .endpoint())
        .hasToString("http://b/c");
  }

  @Test
  void portOfGrpcMeansGrpcUnlessTheProtocolIsSaid() {
    assertThat(otlp(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://j:4317")))
        .returns(true, OtlpSettings::grpc)
        .satisfies(otlp -> assertThat(otlp.endpoint()).hasToString("http://j:4317"));
    assertThat(
            otlp(Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "http://j:4317",
                    "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"))
                .grpc())
        .isFalse();
    assertThat(otlp(Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")).endpoint())
        .hasToString("http://localhost:4317");
  }

  @Test
  void jaegerAgentIsUnderstoodWithAWarningThatNamesWhatToSet() {
    OtlpSettings otlp =
        otlp(
            Map.of(
                "OTEL_EXPORTER_JAEGER_AGENT_HOST", "jaeger",
                "OTEL_EXPORTER_JAEGER_AGENT_PORT", "6831"));

    assertThat(otlp.endpoint()).hasToString("http://jaeger:4318/v1/traces");
    assertThat(otlp.warnings())
        .singleElement()
        .asString()
        .contains("OTEL_EXPORTER_JAEGER_AGENT_HOST")
        .contains("OTEL_EXPORTER_OTLP_ENDPOINT=http://jaeger:4318");
    assertThat(otlp(Map.of("JAEGER_AGENT_HOST", "old")).endpoint())
        .hasToString("http://old:4318/v1/traces");
    assertThat(
            otlp(Map.of("JAEGER_AGENT_HOST", "old", "OTEL_EXPORTER_OTLP_ENDPOINT", "http://new"))
                .endpoint())
        .hasToString("http://new/v1/traces");
  }

  @Test
  void badValuesRefuseToStartAndAreNamed() {
    assertThatThrownBy(() -> otlp(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "jaeger:4317")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("OTEL_EXPORTER_OTLP_ENDPOINT")
        .hasMessageContaining("jaeger:4317");
    assertThatThrownBy(() -> otlp(Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("OTEL_EXPORTER_OTLP_PROTOCOL");
    assertThatThrownBy(() -> otlp(Map.of("OTEL_EXPORTER_OTLP_HEADERS", "secretvalue")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("OTEL_EXPORTER_OTLP_HEADERS")
        .hasMessageNotContaining("secretvalue");
    assertThatThrownBy(() -> otlp(Map.of("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such.pem")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("/no/such.pem");
    assertThatThrownBy(() -> SpanSettings.sampler(settings(Map.of("OTEL_TRACES_SAMPLER", "xray"))))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("OTEL_TRACES_SAMPLER")
        .hasMessageContaining("xray");
    assertThatThrownBy(
            () -> SpanSettings.sampler(settings(Map.of("OTEL_TRACES_SAMPLER_ARG", "10%"))))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("OTEL_TRACES_SAMPLER_ARG");
  }

  @Test
  void headersArePercentDecoded() {
    assertThat(otlp(Map.of("OTEL_EXPORTER_OTLP_HEADERS", "a=b%20c, d=e+f")).headers())
        .containsExactlyInAnyOrderEntriesOf(Map.of("a", "b c", "d", "e+f"));
  }
}
