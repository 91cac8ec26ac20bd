package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.SettingsText;
import org.aragora.telemetry.chassis.topics.TopicsMain;
import org.aragora.telemetry.doctor.DoctorMain;
import org.aragora.telemetry.doctor.tap.TapMain;
import org.aragora.telemetry.doctor.top.TopMain;
import org.aragora.telemetry.exporter.logs.LogsMain;
import org.aragora.telemetry.exporter.spans.SpansMain;
import org.aragora.telemetry.processor.ProcessorMain;
import org.aragora.telemetry.producer.EmitMain;
import org.junit.jupiter.api.Test;

/**
 * The files that are generated from the settings of all programs; {@code
 * -Daragora.telemetry.golden.write=true} writes them instead.
 */
class SettingsReferenceTest {
  private static final Path REFERENCE = Path.of("../docs/reference/settings.md");
  private static final Path NAMES =
      Path.of("../chassis/src/main/resources/org/aragora/telemetry/chassis/settings/names.txt");
  private static final Path PYTHON =
      Path.of("../producer-python/src/aragora_telemetry/settings.py");
  private static final String BEGIN = "<!-- settings -->\n";
  private static final String END = "<!-- /settings -->\n";

  private static Map<String, List<Setting<?>>> programs() {
    Map<String, List<Setting<?>>> programs = new LinkedHashMap<>();
    programs.put("process", ProcessorMain.SERVICE.settings());
    programs.put("export-spans", SpansMain.SERVICE.settings());
    programs.put("export-logs", LogsMain.SERVICE.settings());
    programs.put("doctor", DoctorMain.SETTINGS);
    programs.put("top", TopMain.SETTINGS);
    programs.put("tap", TapMain.SETTINGS);
    programs.put("topics", TopicsMain.SETTINGS);
    programs.put("emit", EmitMain.SETTINGS);
    return programs;
  }

  @Test
  void referenceListsEverySettingOfEveryProgram() throws IOException {
    String document = Files.readString(REFERENCE);
    int from = document.indexOf(BEGIN) + BEGIN.length();
    int to = document.indexOf(END, from);
    String table = SettingsText.table(programs());
    assertEqual(REFERENCE, document.substring(0, from) + table + document.substring(to));
  }

  @Test
  void namesThatAreAcceptedAreThoseOfAllPrograms() throws IOException {
    SortedSet<String> names = new TreeSet<>(pythonNames());
    programs().values().forEach(declared -> names.addAll(SettingsText.names(declared)));
    assertEqual(NAMES, String.join("\n", names) + "\n");
  }

  @Test
  void pythonProducerAcceptsTheNamesOfAllPrograms() throws IOException {
    String python = Files.readString(PYTHON);
    assertThat(
            programs().values().stream()
                .flatMap(Collection::stream)
                .map(Setting::key)
                .filter(key -> key.startsWith(Settings.PREFIX))
                .map(key -> key.substring(Settings.PREFIX.length())))
        .allSatisfy(name -> assertThat(python).containsPattern("\\b" + name + "\\b"));
  }

  @Test
  void everyDefaultIsAValueThatItsSettingAccepts() {
    programs()
        .values()
        .forEach(
            declared -> {
              Settings settings = Settings.read(declared, Map.of());
              declared.forEach(setting -> assertThat(settings.find(setting)).isNotNull());
            });
  }

  @Test
  void programsThatShareASettingAgreeOnItsDefault() {
    Map<String, Object> defaults = new LinkedHashMap<>();
    programs()
        .forEach(
            (program, declared) -> {
              Settings settings = Settings.read(declared, Map.of());
              for (Setting<?> setting : declared) {
                String value = Objects.toString(settings.find(setting).orElse(null));
                if (!setting.key().equals("METRICS_PORT")) {
                  assertThat(
                          Objects.requireNonNullElse(
                              defaults.putIfAbsent(setting.key(), value), value))
                      .as(program + ": " + setting)
                      .isEqualTo(value);
                }
              }
            });
  }

  private static SortedSet<String> pythonNames() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    Matcher declared =
        Pattern.compile("\\bDeclared\\(\\s*\"([A-Z_]+)\"").matcher(Files.readString(PYTHON));
    while (declared.find()) {
      names.add(Settings.PREFIX + declared.group(1));
    }
    assertThat(names).hasSizeGreaterThan(10);
    return names;
  }

  private static void assertEqual(Path file, String expected) throws IOException {
    if (Boolean.getBoolean("aragora.telemetry.golden.write")) {
      Files.writeString(file, expected);
      return;
    }
    assertThat(file).hasContent(expected);
  }
}
