package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;

/** The configuration reference is generated from the settings; {@code golden.write} writes it. */
class ConfigurationDocTest {
  private static final Path DOC = Path.of("../docs/configuration.md");
  private static final String BEGIN = "<!-- stream-processor -->\n";
  private static final String END = "<!-- end -->\n";

  @Test
  void documentSaysWhatTheSettingsAre() throws IOException {
    String document = Files.readString(DOC);
    int from = document.indexOf(BEGIN) + BEGIN.length();
    int to = document.indexOf(END, from);
    if (Boolean.getBoolean("aragora.telemetry.golden.write")) {
      Files.writeString(DOC, document.substring(0, from) + table() + document.substring(to));
      return;
    }
    assertThat(document.substring(from, to)).isEqualTo(table());
  }

  private static String table() {
    StringBuilder table =
        new StringBuilder("| variable | default | values | |\n| --- | --- | --- | --- |\n");
    Map<String, ConfigDef.ConfigKey> keys = new TreeMap<>(ProcessorConfig.DEFINITION.configKeys());
    keys.forEach(
        (name, key) ->
            table.append(
                "| `ARAGORA_TELEMETRY_%s` | `%s` | %s | %s |%n"
                    .formatted(
                        name,
                        name.equals("STATE_DIR")
                            ? "aragora-telemetry in the temporary directory"
                            : key.defaultValue,
                        key.validator == null ? key.type.name().toLowerCase() : key.validator,
                        key.documentation)));
    return table.toString();
  }
}
