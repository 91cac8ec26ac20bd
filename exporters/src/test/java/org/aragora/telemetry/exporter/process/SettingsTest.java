package org.aragora.telemetry.exporter.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.aragora.telemetry.exporter.redact.Redactor;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;

class SettingsTest {

  private static Settings read(String key, String value) {
    return Settings.read(ExporterSettings.declare(9464), Map.of(key, value));
  }

  @Test
  void unknownKeyUnderOurPrefixRefusesToStartAndIsNamed() {
    assertThatThrownBy(() -> read("ARAGORA_TELEMETRY_EXPORT_BATCH_RECORD", "5"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_EXPORT_BATCH_RECORD ")
        .hasMessageContaining("ARAGORA_TELEMETRY_EXPORT_BATCH_RECORDS")
        .hasMessageEndingWith(".");
  }

  @Test
  void keysOfOtherServicesAreLetPass() {
    assertThat(read("ARAGORA_TELEMETRY_SERIES_LIMIT", "5")).isNotNull();
    assertThat(read("ARAGORA_TELEMETRY_LOKI_TENANT", "/x")).isNotNull();
    assertThat(read("UNRELATED", "x")).isNotNull();
  }

  @Test
  void badValueRefusesToStartAndIsNamed() {
    assertThatThrownBy(() -> read("ARAGORA_TELEMETRY_EXPORT_IN_FLIGHT", "many"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_EXPORT_IN_FLIGHT")
        .hasMessageContaining("many");
    assertThatThrownBy(() -> read("ARAGORA_TELEMETRY_EXPORT_IN_FLIGHT", "0"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_EXPORT_IN_FLIGHT");
    assertThatThrownBy(
            () -> ExporterSettings.redactor(read("ARAGORA_TELEMETRY_REDACTION", "emails")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_REDACTION")
        .hasMessageContaining("emails");
    assertThatThrownBy(
            () -> ExporterSettings.redactor(read("ARAGORA_TELEMETRY_REDACTION_PATTERNS", "a(b")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_REDACTION_PATTERNS");
  }

  @Test
  void emptyValueIsTheDefault() {
    assertThat(read("METRICS_PORT", " ").integer("METRICS_PORT")).isEqualTo(9464);
    assertThat(ExporterSettings.redactor(read("X", "")).text("a@example.com"))
        .isEqualTo(Redactor.MARK);
    assertThat(
            ExporterSettings.redactor(read("ARAGORA_TELEMETRY_REDACTION", "none"))
                .text("a@b.example"))
        .isEqualTo("a@b.example");
  }
}
