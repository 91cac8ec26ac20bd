package org.aragora.telemetry.exporter.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.aragora.telemetry.chassis.settings.EnvironmentSettings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/**
 * The environment, read against the one declaration of a process's settings. A bad value, and a key
 * under our prefix that no service of ours has, refuse to start in one sentence that names the key.
 */
public final class Settings {

  static final String PREFIX = EnvironmentSettings.PREFIX;

  private final Map<String, Object> values;

  private Settings(Map<String, Object> values) {
    this.values = values;
  }

  /**
   * Reads {@code environment}.
   *
   * @param declared every setting of this process, named as in the environment
   * @throws InvalidSettingException in one sentence that names the key
   */
  public static Settings read(ConfigDef declared, Map<String, String> environment) {
    Map<String, String> given = new HashMap<>();
    new TreeMap<>(environment)
        .forEach(
            (key, value) -> {
              if (declared.names().contains(key)) {
                if (!value.isBlank()) {
                  given.put(key, value.strip());
                }
              } else if (key.startsWith(PREFIX) && !isKnown(key)) {
                throw new InvalidSettingException(
                    key
                        + " is not a setting of any service of Aragora telemetry"
                        + hint(key, declared));
              }
            });
    try {
      return new Settings(declared.parse(given));
    } catch (ConfigException invalid) {
      throw new InvalidSettingException(sentence(invalid, declared));
    }
  }

  /** One environment may serve several processes: what another of ours declares is let pass. */
  private static boolean isKnown(String key) {
    return EnvironmentSettings.undeclared(Set.of(key.substring(PREFIX.length()))).isEmpty();
  }

  private static String hint(String key, ConfigDef declared) {
    String nearest = null;
    int shared = 0;
    for (String name : declared.names()) {
      int common = common(key, name);
      if (common > shared) {
        shared = common;
        nearest = name;
      }
    }
    return nearest != null && shared > PREFIX.length() + 2
        ? "; the nearest is " + nearest + "."
        : ".";
  }

  private static int common(String left, String right) {
    int at = 0;
    while (at < left.length() && at < right.length() && left.charAt(at) == right.charAt(at)) {
      at++;
    }
    return at;
  }

  /** Kafka's sentence, but with the value of a secret left out. */
  private static String sentence(ConfigException invalid, ConfigDef declared) {
    String message = String.valueOf(invalid.getMessage());
    for (ConfigDef.ConfigKey key : declared.configKeys().values()) {
      if (key.type == ConfigDef.Type.PASSWORD && message.contains(key.name)) {
        return key.name + " cannot be used: its value is not valid.";
      }
    }
    return message.replace(" for configuration ", " for ");
  }

  public int integer(String key) {
    return (Integer) value(key);
  }

  public long number(String key) {
    return (Long) value(key);
  }

  public double real(String key) {
    return (Double) value(key);
  }

  public boolean flag(String key) {
    return (Boolean) value(key);
  }

  public String text(String key) {
    return (String) value(key);
  }

  /** Null where the setting has neither a value nor a default. */
  public @Nullable String textOrNull(String key) {
    Object value = values.get(key);
    return value == null ? null : value.toString();
  }

  /** A secret's value, null where it is not set. */
  public @Nullable String secret(String key) {
    Object value = values.get(key);
    return value == null ? null : ((Password) value).value();
  }

  public List<String> list(String key) {
    List<String> texts = new ArrayList<>();
    for (Object each : (List<?>) value(key)) {
      texts.add(each.toString());
    }
    return texts;
  }

  public Duration millis(String key) {
    return Duration.ofMillis(number(key));
  }

  public Duration seconds(String key) {
    return Duration.ofSeconds(number(key));
  }

  private Object value(String key) {
    Object value = values.get(key);
    if (value == null) {
      throw new InvalidSettingException(key + " has no value.");
    }
    return value;
  }

  /** Accepts the listed values in any case. */
  public static ConfigDef.Validator oneOf(String... allowed) {
    return ConfigDef.CaseInsensitiveValidString.in(allowed);
  }

  /** Makes the value that {@link #oneOf} accepted comparable. */
  public String word(String key) {
    return text(key).toLowerCase(Locale.ROOT);
  }
}
