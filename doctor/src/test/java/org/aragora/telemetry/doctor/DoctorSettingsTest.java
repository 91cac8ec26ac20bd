package org.aragora.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.doctor.checks.Sampler;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;

class DoctorSettingsTest {

  @Test
  void defaultsAreWhereComposePublishesTheStack() {
    DoctorSettings settings = DoctorSettings.read(Map.of());

    assertThat(settings.processor().base()).isEqualTo(URI.create("http://localhost:9090"));
    assertThat(settings.prometheus().base()).isEqualTo(URI.create("http://localhost:9091"));
    assertThat(settings.alertmanager().base()).isEqualTo(URI.create("http://localhost:9093"));
    assertThat(settings.loki().base()).isEqualTo(URI.create("http://localhost:3100"));
    assertThat(settings.jaeger().base()).isEqualTo(URI.create("http://localhost:16686"));
    assertThat(settings.grafana().base()).isEqualTo(URI.create("http://localhost:3000"));
    assertThat(settings.kafka()).containsEntry("bootstrap.servers", "localhost:9092");
    assertThat(settings.tracing().sampler().ratio()).isEqualTo(0.1);
  }

  @Test
  void pathsOfOtherServicesVariablesAreLeftOut() {
    DoctorSettings settings =
        DoctorSettings.read(
            Map.of(
                "LOKI_URL", "https://loki:3100/loki/api/v1/push",
                "METRICS_URL", "processor:9999/metrics"));

    assertThat(settings.loki().base()).isEqualTo(URI.create("https://loki:3100"));
    assertThat(settings.processor().base()).isEqualTo(URI.create("http://processor:9999"));
  }

  @Test
  void credentialsGoWithEveryRequest() {
    DoctorSettings settings =
        DoctorSettings.read(
            Map.of("GRAFANA_ADMIN_PASSWORD", "secret", "ARAGORA_TELEMETRY_LOKI_TENANT", "t1"));

    assertThat(settings.grafana().headers())
        .containsEntry("Authorization", "Basic YWRtaW46c2VjcmV0");
    assertThat(settings.loki().headers()).containsEntry("X-Scope-OrgID", "t1");
    assertThat(DoctorSettings.read(Map.of("GRAFANA_API_KEY", "k")).grafana().headers())
        .containsEntry("Authorization", "Bearer k");
  }

  @Test
  void badLevelIsNamed() {
    assertThatThrownBy(() -> DoctorSettings.read(Map.of("LOG_LEVEL", "LOUD")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("LOG_LEVEL=LOUD");
  }

  @Test
  void ratioFollowsTheSampler() {
    assertThat(new Sampler("always_on", "").ratio()).isEqualTo(1);
    assertThat(new Sampler("parentbased_always_off", "").ratio()).isZero();
    assertThat(new Sampler("traceidratio", "0.25").ratio()).isEqualTo(0.25);
    assertThat(new Sampler("traceidratio", "much").ratio()).isNaN();
    assertThat(new Sampler("parentbased_jaeger_remote", "0.1").ratio()).isNaN();
  }

  @Test
  void credentialsInAnAddressAreRefusedAndNotShown() {
    for (String variable : List.of("PROMETHEUS_URL", "GRAFANA_URL", "METRICS_URL")) {
      for (String address :
          List.of("http://u:hunter2@h:1", "u:hunter2@h:1", "http://u:hunter2 @h")) {
        assertThatThrownBy(() -> DoctorSettings.read(Map.of(variable, address)))
            .isInstanceOf(InvalidSettingException.class)
            .hasMessageStartingWith(variable + " is refused: ")
            .hasMessageNotContaining("hunter2");
      }
    }
  }
}
