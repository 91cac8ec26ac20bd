package org.aragora.telemetry.exporter.spans.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtlpSettingsTest {

  @TempDir private Path directory;

  private static OtlpSettings otlp(Map<String, String> environment) {
    return OtlpSettings.of(Settings.read(OtlpSettings.ALL, environment));
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
  void credentialsInAnAddressAreRefusedAndNotShown() {
    for (String name :
        List.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")) {
      for (String address : List.of("http://u:SECRETPW@h:4318", "http://u:SECRETPW @h")) {
        assertThatThrownBy(() -> otlp(Map.of(name, address)))
            .isInstanceOf(InvalidSettingException.class)
            .hasMessageContaining(name)
            .satisfies(
                refusal -> {
                  for (Throwable each = refusal; each != null; each = each.getCause()) {
                    assertThat(each.getMessage()).doesNotContain("SECRETPW");
                  }
                });
      }
    }
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
    assertThatThrownBy(() -> otlp(Map.of("OTEL_EXPORTER_OTLP_CLIENT_KEY", keyFile())))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE");
  }

  private String keyFile() throws IOException {
    return Files.writeString(directory.resolve("key.pem"), "key").toString();
  }

  @Test
  void settingOfTracesPrecedesTheGeneralOne() {
    assertThat(
            otlp(
                Map.of(
                    "OTEL_EXPORTER_OTLP_TIMEOUT", "1",
                    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2",
                    "OTEL_EXPORTER_OTLP_COMPRESSION", "NONE")))
        .returns(Duration.ofMillis(2), OtlpSettings::timeout)
        .returns("none", OtlpSettings::compression);
    assertThat(otlp(Map.of("OTEL_EXPORTER_OTLP_TIMEOUT", "1")).timeout())
        .isEqualTo(Duration.ofMillis(1));
  }

  @Test
  void headersArePercentDecoded() {
    assertThat(otlp(Map.of("OTEL_EXPORTER_OTLP_HEADERS", "a=b%20c, d=e+f")).headers())
        .containsExactlyInAnyOrderEntriesOf(Map.of("a", "b c", "d", "e+f"));
  }
}
