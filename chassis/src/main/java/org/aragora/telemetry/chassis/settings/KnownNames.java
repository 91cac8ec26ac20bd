package org.aragora.telemetry.chassis.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/**
 * The names under our prefix that any of our programs declares, generated into {@code names.txt}:
 * one environment may serve several programs, so each accepts the settings of the others.
 */
final class KnownNames {
  /** Names under our prefix that Aragora itself documents. */
  private static final Set<String> ARAGORAS_OWN = Set.of("ARAGORA_TELEMETRY_LEVEL");

  /** Names that earlier versions read, and that an environment may still have. */
  private static final Set<String> RETIRED = Set.of("ARAGORA_TELEMETRY_STATE_DIR");

  private static final Set<String> ALL = load();

  private KnownNames() {}

  /**
   * Accepts a name that any of our programs or Aragora has, or that one of ours had.
   *
   * @throws InvalidSettingException naming it and the nearest known name
   */
  static void check(String name, Collection<String> declared) {
    if (ALL.contains(name) || ARAGORAS_OWN.contains(name) || RETIRED.contains(name)) {
      return;
    }
    Set<String> known = new HashSet<>(ALL);
    known.addAll(declared);
    String nearest =
        known.stream()
            .filter(each -> each.startsWith(Settings.PREFIX))
            .sorted()
            .min((a, b) -> Integer.compare(Spelling.distance(name, a), Spelling.distance(name, b)))
            .orElseThrow();
    throw new InvalidSettingException(
        "%s is not a setting of any Aragora telemetry service; the nearest known name is %s."
            .formatted(name, nearest));
  }

  private static Set<String> load() {
    try (InputStream in = KnownNames.class.getResourceAsStream("names.txt")) {
      byte[] names =
          Objects.requireNonNull(in, "names.txt is not on the class path").readAllBytes();
      return Set.copyOf(new String(names, UTF_8).lines().toList());
    } catch (IOException e) {
      throw new IllegalStateException("names.txt on the class path cannot be read", e);
    }
  }
}
