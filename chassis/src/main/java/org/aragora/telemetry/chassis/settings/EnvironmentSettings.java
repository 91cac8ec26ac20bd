package org.aragora.telemetry.chassis.settings;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/**
 * Reads the settings that a service declares from environment variables: {@code ARAGORA_TELEMETRY_}
 * and the setting's name. A bad value, or a variable under that prefix that no service of ours has,
 * is refused.
 */
public final class EnvironmentSettings {
  /** What the names of our own variables begin with. */
  public static final String PREFIX = "ARAGORA_TELEMETRY_";

  private EnvironmentSettings() {}

  /**
   * The values of {@code declared}, defaults included.
   *
   * @param declared settings by their names without {@link #PREFIX}
   * @param environment all environment variables
   * @throws InvalidSettingException naming the variable, where a value is bad or a name unknown
   */
  public static AbstractConfig read(ConfigDef declared, Map<String, String> environment) {
    Map<String, String> values = new HashMap<>();
    Set<String> unknown = new TreeSet<>();
    environment.forEach(
        (variable, value) -> {
          if (variable.startsWith(PREFIX)) {
            String name = variable.substring(PREFIX.length());
            if (declared.names().contains(name)) {
              values.put(name, value.strip());
            } else if (!SettingNames.ALL.contains(name)) {
              unknown.add(variable);
            }
          }
        });
    if (!unknown.isEmpty()) {
      throw new InvalidSettingException(
          "%s is no setting of any Aragora telemetry service; correct the name or remove it"
              .formatted(String.join(", ", unknown)));
    }
    try {
      return new AbstractConfig(declared, values, false);
    } catch (ConfigException e) {
      throw new InvalidSettingException(sentence(declared.names(), values, e));
    }
  }

  /** Names that a service declares and that are missing from the list of all services' settings. */
  public static Set<String> undeclared(Collection<String> names) {
    Set<String> missing = new HashSet<>(names);
    missing.removeAll(SettingNames.ALL);
    return missing;
  }

  private static String sentence(Set<String> names, Map<String, String> values, ConfigException e) {
    String message = String.valueOf(e.getMessage());
    for (String name : names) {
      if (values.containsKey(name) && message.contains("configuration " + name)) {
        return "%s%s=%s is refused: %s"
            .formatted(
                PREFIX,
                name,
                values.get(name),
                message.replaceFirst("(?s)^Invalid value .* for configuration " + name + ": ", ""));
      }
    }
    return PREFIX + "settings are refused: " + message;
  }
}
