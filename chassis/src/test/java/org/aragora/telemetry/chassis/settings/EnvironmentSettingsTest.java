package org.aragora.telemetry.chassis.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentSettingsTest {
  private static final ConfigDef DECLARED =
      new ConfigDef()
          .define(
              "PARTITIONS", ConfigDef.Type.INT, 12, Range.between(1, 99), Importance.LOW, "Some.")
          .define("APPLICATION_ID", ConfigDef.Type.STRING, "app", Importance.LOW, "Some.");

  @Test
  void whatIsNotSetHasItsDefault() {
    AbstractConfig values = EnvironmentSettings.read(DECLARED, Map.of("PATH", "/bin"));
    assertThat(values.getInt("PARTITIONS")).isEqualTo(12);
    assertThat(values.getString("APPLICATION_ID")).isEqualTo("app");
  }

  @Test
  void whatIsSetIsReadWithoutSpaceAround() {
    assertThat(
            EnvironmentSettings.read(DECLARED, Map.of("ARAGORA_TELEMETRY_PARTITIONS", " 4 "))
                .getInt("PARTITIONS"))
        .isEqualTo(4);
  }

  @Test
  void aSettingOfAnotherServiceIsAccepted() {
    EnvironmentSettings.read(DECLARED, Map.of("ARAGORA_TELEMETRY_SERIES_LIMIT", "nonsense"));
  }

  @Test
  void unknownNamesAreRefusedByName() {
    Map<String, String> environment = new TreeMap<>();
    environment.put("ARAGORA_TELEMETRY_PARTITION", "4");
    environment.put("ARAGORA_TELEMETRY_COLOUR", "red");
    assertThatThrownBy(() -> EnvironmentSettings.read(DECLARED, environment))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "ARAGORA_TELEMETRY_COLOUR, ARAGORA_TELEMETRY_PARTITION is no setting of any Aragora telemetry service; correct the name or remove it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "100", "four", "", "1.5", "a: b", "a\nb"})
  void aBadValueIsRefusedInOneSentenceThatNamesIt(String value) {
    assertThatThrownBy(
            () -> EnvironmentSettings.read(DECLARED, Map.of("ARAGORA_TELEMETRY_PARTITIONS", value)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("ARAGORA_TELEMETRY_PARTITIONS=" + value + " is refused: ")
        .message()
        .doesNotContain("configuration PARTITIONS");
  }

  @Test
  void aServiceCanAskWhichOfItsNamesAreNotListed() {
    assertThat(EnvironmentSettings.undeclared(List.of("PARTITIONS", "COLOUR")))
        .containsExactly("COLOUR");
  }
}
