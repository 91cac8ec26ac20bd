package org.aragora.telemetry.chassis.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.aragora.telemetry.schemas.text.TextFile;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/**
 * The declared settings of a program, read from its environment.
 *
 * <ul>
 *   <li>A bad value, and a variable under {@link #PREFIX} that no service declares, are refused in
 *       one sentence that names the variable.
 *   <li>A blank value counts as unset; a byte order mark before a value is not part of it.
 *   <li>A secret may come as a file: {@code X_FILE} names the file that holds {@code X}.
 *   <li>The variables that Kubernetes adds for a Service ({@code METRICS_PORT=tcp://…}) are
 *       ignored.
 * </ul>
 *
 * <pre>{@code
 * Settings settings = Settings.read(List.of(COMMIT_INTERVAL), System.getenv());
 * Duration interval = settings.get(COMMIT_INTERVAL);
 * }</pre>
 *
 * Immutable; never prints a value.
 */
public final class Settings {
  /** Prefix of the variables that belong to Aragora telemetry alone. */
  public static final String PREFIX = "ARAGORA_TELEMETRY_";

  private final Set<String> declared = new HashSet<>();
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, String> environment;

  private Settings(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Reads an environment.
   *
   * @param declared every setting that the program reads
   * @param environment such as {@link System#getenv()}
   * @throws InvalidSettingException in one sentence that names the variable
   */
  public static Settings read(Collection<Setting<?>> declared, Map<String, String> environment) {
    Map<String, String> given = new TreeMap<>(environment);
    given.replaceAll((name, value) -> Unicode.withoutByteOrderMark(value));
    given.entrySet().removeIf(each -> ServiceLinks.isOne(each.getKey(), each.getValue()));
    Settings settings = new Settings(Map.copyOf(given));
    given.values().removeIf(String::isBlank);
    declared.forEach(setting -> settings.take(setting, given));
    for (String name : settings.environment.keySet().stream().sorted().toList()) {
      if (name.startsWith(PREFIX) && !settings.declared.contains(name)) {
        KnownNames.check(name, settings.declared);
      }
    }
    return settings;
  }

  private void take(Setting<?> setting, Map<String, String> given) {
    declared.add(setting.key());
    String value = given.get(setting.key());
    String text = value == null ? null : value.strip();
    if (setting.isSecret()) {
      declared.add(setting.fileKey());
      text = secret(setting, text, given.get(setting.fileKey()));
    }
    if (text != null) {
      texts.put(setting.key(), text);
      parse(setting, text);
    }
  }

  private static @Nullable String secret(
      Setting<?> setting, @Nullable String text, @Nullable String file) {
    if (file == null) {
      return text;
    }
    if (text != null) {
      throw new InvalidSettingException(
          "%s is refused: %s is set too; remove one of them."
              .formatted(setting.fileKey(), setting.key()));
    }
    try {
      String secret = TextFile.readSecret(Path.of(file.strip()));
      if (!secret.isBlank()) {
        return secret;
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidSettingException(
          "%s=%s is refused: the file cannot be read (%s)."
              .formatted(setting.fileKey(), file, e.getClass().getSimpleName()));
    }
    throw new InvalidSettingException(
        "%s=%s is refused: the file is empty.".formatted(setting.fileKey(), file));
  }

  private <T> T parse(Setting<T> setting, String text) {
    try {
      return setting.parse(text);
    } catch (IllegalArgumentException e) {
      throw refusal(setting, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Returns the value of a setting.
   *
   * @throws InvalidSettingException if it has neither a value nor a default
   */
  public <T> T get(Setting<T> setting) {
    return find(setting)
        .orElseThrow(
            () ->
                new InvalidSettingException(
                    "%s is missing: it must be %s.".formatted(setting.key(), setting.values())));
  }

  /** Returns the value of a setting: its own, else the general one's, else the default. */
  public <T> Optional<T> find(Setting<T> setting) {
    for (Setting<T> each = setting; each != null; each = each.general()) {
      if (!declared.contains(each.key())) {
        throw new IllegalArgumentException(each.key() + " was not declared when it was read");
      }
      String text = texts.get(each.key());
      if (text != null) {
        return Optional.of(parse(each, text));
      }
    }
    for (Setting<T> each = setting; each != null; each = each.general()) {
      Optional<T> fallback = each.fallback().map(each::parse);
      if (fallback.isPresent()) {
        return fallback;
      }
    }
    return Optional.empty();
  }

  /** Returns true if the environment gives this setting a value. */
  public boolean isSet(Setting<?> setting) {
    return texts.containsKey(setting.key());
  }

  /** Returns the refusal of a setting, for a reason that its declaration cannot check. */
  public InvalidSettingException refusal(Setting<?> setting, String reason) {
    String text = texts.get(setting.key());
    // A text with an @ may be an address with a password.
    boolean hidden = text == null || setting.isSecret() || text.indexOf('@') >= 0;
    String shown = hidden ? "" : "=" + text;
    return new InvalidSettingException(
        "%s%s is refused: %s%s"
            .formatted(setting.key(), shown, reason, reason.endsWith(".") ? "" : "."));
  }

  /**
   * Reads the settings of the Kafka clients.
   *
   * @see KafkaClientSettings#read
   */
  public KafkaClientSettings kafka(Set<String> known, Set<String> refused) {
    return KafkaClientSettings.read(environment, known, refused);
  }

  /** Never shows a value. */
  @Override
  public String toString() {
    return "Settings" + texts.keySet();
  }
}
