package org.aragora.telemetry.chassis.door;

import java.nio.file.Path;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the door.
 *
 * @param file with TLS and users; null: no TLS, no password
 * @param healthExempt true if health is answered without a password and a certificate
 */
public record DoorSettings(@Nullable Path file, boolean healthExempt) {
  /** The file. */
  public static final Setting<String> FILE =
      Setting.text("ARAGORA_TELEMETRY_WEB_CONFIG_FILE")
          .about(Subject.SERVER)
          .doc(
              "File with TLS and users of `/metrics` and `/health`, in the format of Prometheus'"
                  + " exporters (`tls_server_config`, `basic_auth_users`); read again when it or a"
                  + " file that it names changes.");

  /** Exemption of health. */
  public static final Setting<Boolean> HEALTH_EXEMPT =
      Setting.flag("ARAGORA_TELEMETRY_WEB_HEALTH_EXEMPT")
          .about(Subject.SERVER)
          .fallback("false")
          .doc(
              "Answers `/health/live` and `/health/ready` also without a password and a client"
                  + " certificate.");

  /** A server that anybody may ask. */
  public static final DoorSettings OPEN = new DoorSettings(null, false);

  /** Reads the settings, which the program has declared. */
  public static DoorSettings of(Settings settings) {
    return new DoorSettings(
        settings.find(FILE).map(Path::of).orElse(null), settings.get(HEALTH_EXEMPT));
  }
}
