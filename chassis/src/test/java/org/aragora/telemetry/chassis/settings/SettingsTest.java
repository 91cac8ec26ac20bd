package org.aragora.telemetry.chassis.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final Setting<Integer> PORT =
      Setting.integer("METRICS_PORT").range(0, 65_535).fallback(9090).doc("Port.");
  private static final Setting<Duration> INTERVAL =
      Setting.millis("ARAGORA_TELEMETRY_INTERVAL_MS").range(50, 5000).fallback(1000).doc("Time.");
  private static final Setting<Long> BYTES = Setting.number("BYTES").atLeast(1).fallback(64);
  private static final Setting<Double> SHARE = Setting.real("SHARE").range(0, 1).fallback("0.1");
  private static final Setting<Boolean> CREATE = Setting.flag("CREATE").fallback("true");
  private static final Setting<String> FORMAT = Setting.choice("FORMAT", "json", "text");
  private static final Setting<List<String>> KEYS = Setting.list("KEYS").fallback("");
  private static final Setting<String> PASSWORD =
      Setting.secret("ARAGORA_TELEMETRY_X_PASSWORD").doc("Password.");
  private static final Setting<Duration> TIMEOUT =
      Setting.millis("OTLP_TIMEOUT").range(1, 600_000).fallback(10_000).doc("Timeout.");
  private static final Setting<Duration> TRACES_TIMEOUT =
      Setting.millis("OTLP_TRACES_TIMEOUT").range(1, 600_000).orGeneral(TIMEOUT);
  private static final List<Setting<?>> ALL =
      List.of(
          PORT, INTERVAL, BYTES, SHARE, CREATE, FORMAT, KEYS, PASSWORD, TIMEOUT, TRACES_TIMEOUT);

  @TempDir Path directory;

  private static Settings read(String... namesAndValues) {
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return Settings.read(ALL, environment);
  }

  @Test
  void unsetAndBlankSettingsHaveTheirDefault() {
    for (Settings settings : List.of(read(), read("METRICS_PORT", " ", "CREATE", ""))) {
      assertThat(settings.get(PORT)).isEqualTo(9090);
      assertThat(settings.get(INTERVAL)).isEqualTo(Duration.ofSeconds(1));
      assertThat(settings.get(BYTES)).isEqualTo(64);
      assertThat(settings.get(SHARE)).isEqualTo(0.1);
      assertThat(settings.get(CREATE)).isTrue();
      assertThat(settings.get(KEYS)).isEmpty();
      assertThat(settings.find(FORMAT)).isEmpty();
      assertThat(settings.isSet(PORT)).isFalse();
    }
  }

  @Test
  void valuesAreParsedByTheirType() {
    Settings settings =
        read("METRICS_PORT", " 80 ", "CREATE", "False", "FORMAT", "JSON", "KEYS", "a, b,");
    assertThat(settings.get(PORT)).isEqualTo(80);
    assertThat(settings.get(CREATE)).isFalse();
    assertThat(settings.get(FORMAT)).isEqualTo("json");
    assertThat(settings.get(KEYS)).containsExactly("a", "b");
    assertThat(settings.isSet(PORT)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "METRICS_PORT|http|it must be a whole number from 0 to 65535.",
        "METRICS_PORT|65536|it must be a whole number from 0 to 65535.",
        "METRICS_PORT|-1|it must be a whole number from 0 to 65535.",
        "ARAGORA_TELEMETRY_INTERVAL_MS|49|it must be milliseconds from 50 to 5000.",
        "BYTES|0|it must be a whole number of at least 1.",
        "SHARE|1.5|it must be a number from 0 to 1.",
        "SHARE|NaN|it must be a number from 0 to 1.",
        "CREATE|perhaps|it must be true or false.",
        "FORMAT|xml|it must be json or text.",
      })
  void badValueIsRefusedInOneSentence(String name, String value, String reason) {
    assertThatThrownBy(() -> read(name, value))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("%s=%s is refused: %s", name, value, reason);
  }

  @Test
  void convertedSettingIsRefusedWithTheReasonOfItsConversion() {
    Setting<String> upper =
        Setting.text("NAME")
            .map(
                text -> {
                  if (text.contains(" ")) {
                    throw new IllegalArgumentException("it has blanks");
                  }
                  return text.toUpperCase();
                });
    assertThat(Settings.read(List.of(upper), Map.of("NAME", "a")).get(upper)).isEqualTo("A");
    assertThatThrownBy(() -> Settings.read(List.of(upper), Map.of("NAME", "a b")))
        .hasMessage("NAME=a b is refused: it has blanks.");
  }

  @Test
  void missingValueIsNamed() {
    assertThatThrownBy(() -> read().get(FORMAT))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("FORMAT is missing: it must be json or text.");
  }

  @Test
  void nameThatEarlierVersionsReadIsAccepted() {
    Settings settings = read("ARAGORA_TELEMETRY_STATE_DIR", "/var/lib/x");

    assertThat(settings.get(PORT)).isEqualTo(9090);
  }

  @Test
  void unknownNameUnderOurPrefixIsRefusedWithTheNearestName() {
    assertThatThrownBy(() -> read("ARAGORA_TELEMETRY_PARTITION", "3"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "ARAGORA_TELEMETRY_PARTITION is not a setting of any Aragora telemetry service; the"
                + " nearest known name is ARAGORA_TELEMETRY_PARTITIONS.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ARAGORA_TELEMETRY_SERIES_LIMIT", "ARAGORA_TELEMETRY_LEVEL", "ARAGORA_TELEMETRYX"})
  void namesOfOtherServicesAndOfAragoraStopNothing(String name) {
    assertThat(read(name, "minimal").get(PORT)).isEqualTo(9090);
  }

  @Test
  void serviceLinksOfKubernetesAreIgnored() {
    Settings settings =
        read(
            "ARAGORA_TELEMETRY_SERVICE_HOST", "10.96.12.7",
            "ARAGORA_TELEMETRY_SERVICE_PORT", "9090",
            "ARAGORA_TELEMETRY_SERVICE_PORT_METRICS", "9090",
            "ARAGORA_TELEMETRY_PORT", "tcp://10.96.12.7:9090",
            "ARAGORA_TELEMETRY_PORT_9090_TCP", "tcp://10.96.12.7:9090",
            "ARAGORA_TELEMETRY_PORT_9090_TCP_PROTO", "tcp",
            "ARAGORA_TELEMETRY_PORT_9090_TCP_PORT", "9090",
            "ARAGORA_TELEMETRY_PORT_9090_TCP_ADDR", "10.96.12.7",
            "ARAGORA_TELEMETRY_WEB_PORT_53_UDP_ADDR", "10.96.12.7",
            "METRICS_PORT", "tcp://10.96.12.9:9090",
            "KAFKA_PORT", "tcp://10.96.12.9:9092");
    assertThat(settings.get(PORT)).isEqualTo(9090);
    assertThat(settings.kafka(Set.of(), Set.of()).warnings()).isEmpty();
  }

  @Test
  void onlyAnAddressMakesAPortALink() {
    assertThatThrownBy(() -> read("ARAGORA_TELEMETRY_PORT", "9090"))
        .hasMessageStartingWith("ARAGORA_TELEMETRY_PORT is not a setting");
  }

  @Test
  void specificSettingWinsOverTheGeneralOneAndElseTakesItsValue() {
    assertThat(read().get(TRACES_TIMEOUT)).isEqualTo(Duration.ofSeconds(10));
    assertThat(read("OTLP_TIMEOUT", "5").get(TRACES_TIMEOUT)).isEqualTo(Duration.ofMillis(5));
    assertThat(read("OTLP_TIMEOUT", "5", "OTLP_TRACES_TIMEOUT", "7").get(TRACES_TIMEOUT))
        .isEqualTo(Duration.ofMillis(7));
    assertThat(read("OTLP_TRACES_TIMEOUT", "7").get(TIMEOUT)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void secretComesFromItsVariableOrFromAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("password"), "hunter2\n");
    assertThat(read(PASSWORD.key(), "hunter2").get(PASSWORD)).isEqualTo("hunter2");
    assertThat(read(PASSWORD.key() + "_FILE", file.toString()).get(PASSWORD)).isEqualTo("hunter2");
    Files.writeString(file, " a b \r\n");
    assertThat(read(PASSWORD.key() + "_FILE", file.toString()).get(PASSWORD)).isEqualTo(" a b ");
  }

  @Test
  void secretInTwoPlacesOrInAnUnreadableOrEmptyFileIsRefusedByName() throws IOException {
    Path empty = Files.writeString(directory.resolve("empty"), "\n");
    assertThatThrownBy(() -> read(PASSWORD.key() + "_FILE", empty.toString()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "ARAGORA_TELEMETRY_X_PASSWORD_FILE=" + empty + " is refused: the file is empty.");
    String file = directory.resolve("none").toString();
    assertThatThrownBy(() -> read(PASSWORD.key(), "hunter2", PASSWORD.key() + "_FILE", file))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("ARAGORA_TELEMETRY_X_PASSWORD_FILE is refused: ")
        .message()
        .doesNotContain("hunter2");
    assertThatThrownBy(() -> read(PASSWORD.key() + "_FILE", file))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("ARAGORA_TELEMETRY_X_PASSWORD_FILE=" + file + " is refused: ");
  }

  @Test
  void secretIsNeverShown() {
    Settings settings = read(PASSWORD.key(), "hunter2");
    assertThat(settings.refusal(PASSWORD, "a token is set too"))
        .hasMessage("ARAGORA_TELEMETRY_X_PASSWORD is refused: a token is set too.");
    assertThat(settings.toString()).doesNotContain("hunter2");
  }

  @Test
  void settingThatWasNotDeclaredCannotBeAskedFor() {
    assertThatThrownBy(() -> read().get(Setting.text("OTHER").fallback("x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void helpAndTableAreWrittenFromTheDeclarations() {
    Setting<Integer> port = PORT.about(Subject.SERVER);
    assertThat(SettingsText.help(List.of(INTERVAL, PASSWORD, port)).lines())
        .containsExactly(
            "Metrics, health and the page:",
            "  METRICS_PORT (whole number from 0 to 65535; default 9090)",
            "      Port.",
            "",
            "Other:",
            "  ARAGORA_TELEMETRY_INTERVAL_MS (milliseconds from 50 to 5000; default 1000)",
            "      Time.",
            "  ARAGORA_TELEMETRY_X_PASSWORD or ARAGORA_TELEMETRY_X_PASSWORD_FILE (secret)",
            "      Password.");
    Map<String, List<Setting<?>>> programs =
        new java.util.LinkedHashMap<>(Map.of("process", List.of(port, PASSWORD)));
    programs.put("export", List.of(port.fallback(9464), TIMEOUT, TRACES_TIMEOUT));
    assertThat(SettingsText.table(programs).lines())
        .containsExactly(
            "## Metrics, health and the page",
            "",
            "| variable | default | values | read by | meaning |",
            "| --- | --- | --- | --- | --- |",
            "| `METRICS_PORT` | `9090` (process)<br>`9464` (export) | whole number from 0 to 65535"
                + " | all | Port. |",
            "",
            "## Other",
            "",
            "| variable | default | values | read by | meaning |",
            "| --- | --- | --- | --- | --- |",
            "| `ARAGORA_TELEMETRY_X_PASSWORD`<br>`ARAGORA_TELEMETRY_X_PASSWORD_FILE` |  | secret |"
                + " process | Password. |",
            "| `OTLP_TIMEOUT` | `10000` | milliseconds from 1 to 600000 | export | Timeout. |",
            "| `OTLP_TRACES_TIMEOUT` |  | milliseconds from 1 to 600000 | export | Used instead of"
                + " `OTLP_TIMEOUT` if set. |");
  }

  @Test
  void namesAreThoseUnderOurPrefixWithTheFilesOfSecrets() {
    assertThat(SettingsText.names(ALL))
        .containsExactly(
            "ARAGORA_TELEMETRY_INTERVAL_MS",
            "ARAGORA_TELEMETRY_X_PASSWORD",
            "ARAGORA_TELEMETRY_X_PASSWORD_FILE");
  }

  @Test
  void aByteOrderMarkIsNotPartOfAValueOrASecret() throws IOException {
    assertThat(read(PORT.key(), "\uFEFF9091").get(PORT)).isEqualTo(9091);
    assertThat(read(PORT.key(), "\uFEFF").isSet(PORT)).isFalse();
    assertThat(read(PASSWORD.key(), "\uFEFFhunter2").get(PASSWORD)).isEqualTo("hunter2");
    Path file = Files.writeString(directory.resolve("marked"), "\uFEFFhunter2\r\n");
    assertThat(read(PASSWORD.key() + "_FILE", "\uFEFF" + file).get(PASSWORD)).isEqualTo("hunter2");
    assertThat(
            read("KAFKA_CLIENT_ID", "\uFEFFme")
                .kafka(Set.of("client.id", "bootstrap.servers"), Set.of())
                .values())
        .containsEntry("client.id", "me");
  }
}
