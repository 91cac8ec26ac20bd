package org.aragora.telemetry.exporter.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.SettingsText;
import org.aragora.telemetry.exporter.logs.LogsMain;
import org.aragora.telemetry.exporter.spans.SpansMain;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;

class ExporterSettingsTest {

  private static Settings read(String key, String value) {
    return Settings.read(SpansMain.SERVICE.settings(), Map.of(key, value));
  }

  private static String redacted(String kinds) {
    return RedactionSettings.redactor(read("ARAGORA_TELEMETRY_REDACTION", kinds))
        .text("a@example.com");
  }

  @Test
  void settingsOfTheOtherExporterAreAccepted() {
    Set<String> spans = SettingsText.names(SpansMain.SERVICE.settings());
    Set<String> logs = SettingsText.names(LogsMain.SERVICE.settings());
    Set<String> onlySpans = new TreeSet<>(spans);
    onlySpans.removeAll(logs);
    Set<String> onlyLogs = new TreeSet<>(logs);
    onlyLogs.removeAll(spans);

    assertThat(onlyLogs)
        .contains("ARAGORA_TELEMETRY_LOKI_TENANT")
        .allSatisfy(name -> Settings.read(SpansMain.SERVICE.settings(), Map.of(name, "x")));
    assertThat(onlySpans)
        .contains("ARAGORA_TELEMETRY_AGENT_SERVICE_SPANS")
        .allSatisfy(name -> Settings.read(LogsMain.SERVICE.settings(), Map.of(name, "x")));
  }

  @Test
  void badValueIsRefusedByName() {
    assertThatThrownBy(() -> read("ARAGORA_TELEMETRY_EXPORT_IN_FLIGHT", "many"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_EXPORT_IN_FLIGHT=many");
    assertThatThrownBy(() -> read("ARAGORA_TELEMETRY_EXPORT_IN_FLIGHT", "0"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_EXPORT_IN_FLIGHT=0");
    assertThatThrownBy(() -> read("ARAGORA_TELEMETRY_REDACTION", "emails"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_REDACTION=emails")
        .hasMessageContaining("secrets, email, phone, card");
    assertThatThrownBy(() -> read("ARAGORA_TELEMETRY_REDACTION_PATTERNS", "a(b"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_REDACTION_PATTERNS=a(b");
  }

  @Test
  void blankValueIsTheDefault() {
    assertThat(redacted(" ")).isEqualTo(Redactor.MARK);
    assertThat(redacted("none")).isEqualTo("a@example.com");
    assertThat(redacted("card, Email")).isEqualTo(Redactor.MARK);
  }
}
