package org.aragora.telemetry.exporter.process;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;

/** The declared settings as text: for {@code --help} and for the documentation's table. */
public final class Help {

  private Help() {}

  static String text(ExporterProcess.Definition<?> definition) {
    StringBuilder text =
        new StringBuilder("Exports ")
            .append(definition.name())
            .append(" from Kafka. Settings, from the environment (KAFKA_* reach the clients):\n");
    for (ConfigDef.ConfigKey key : keys(definition.declared())) {
      text.append("\n  ")
          .append(key.name)
          .append(key.hasDefault() && key.defaultValue != null ? " (" + shown(key) + ")" : "")
          .append("\n      ")
          .append(key.documentation);
    }
    return text.toString();
  }

  /** A Markdown table of the settings, in alphabetical order. */
  public static String table(ConfigDef declared) {
    List<String> rows = new ArrayList<>();
    rows.add("| setting | default | what it does |");
    rows.add("| --- | --- | --- |");
    for (ConfigDef.ConfigKey key : keys(declared)) {
      String shown = shown(key);
      rows.add(
          "| `"
              + key.name
              + "` | "
              + (shown.isEmpty() ? "" : "`" + shown + "`")
              + " | "
              + key.documentation.replace("|", "\\|")
              + " |");
    }
    return String.join("\n", rows) + "\n";
  }

  private static Iterable<ConfigDef.ConfigKey> keys(ConfigDef declared) {
    return new TreeMap<>(declared.configKeys()).values();
  }

  private static String shown(ConfigDef.ConfigKey key) {
    Object value = key.defaultValue;
    if (value == null || value == ConfigDef.NO_DEFAULT_VALUE) {
      return "";
    }
    return value instanceof List<?> list
        ? String.join(",", list.stream().map(String::valueOf).toList())
        : value.toString();
  }
}
