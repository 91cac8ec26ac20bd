package org.aragora.telemetry.doctor.stack;

import java.net.URI;
import java.util.List;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;

/** Addresses of HTTP servers, in settings and options. */
public final class HttpAddress {
  private static final Setting<Integer> METRICS_PORT = StatusServer.port(9090);

  /** Address of the processor. */
  public static final Setting<URI> METRICS_URL =
      setting("METRICS_URL")
          .doc("Address of the processor; by default this machine, `METRICS_PORT`.");

  /** The settings that {@link #ofProcessor} reads. */
  public static final List<Setting<?>> OF_PROCESSOR = List.of(METRICS_PORT, METRICS_URL);

  private static final String CREDENTIALS = "it contains credentials, which it does not use";

  private HttpAddress() {}

  /** Declares an address, of which only scheme, host and port count: a path may be another's. */
  public static Setting<URI> setting(String key) {
    return Setting.text(key)
        .about(Subject.STACK)
        .map(HttpAddress::parse)
        .map(uri -> URI.create(uri.getScheme() + "://" + uri.getRawAuthority()));
  }

  /** Returns the address of the processor. */
  public static URI ofProcessor(Settings settings) {
    return settings
        .find(METRICS_URL)
        .orElseGet(() -> URI.create("http://localhost:" + settings.get(METRICS_PORT)));
  }

  /**
   * Reads an address; its scheme may be left out.
   *
   * @return scheme, authority and path, without a slash at the end
   * @throws IllegalArgumentException with the reason, to follow "is refused: "
   */
  public static URI parse(String text) {
    try {
      URI uri = URI.create(text.contains("://") ? text : "http://" + text);
      if (uri.getUserInfo() != null) {
        throw new IllegalArgumentException(CREDENTIALS);
      }
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        String path = uri.getRawPath().replaceFirst("/+$", "");
        return URI.create(uri.getScheme() + "://" + uri.getRawAuthority() + path);
      }
    } catch (IllegalArgumentException e) {
      if (CREDENTIALS.equals(e.getMessage())) {
        throw e;
      }
    }
    throw new IllegalArgumentException("it must be an address such as http://localhost:3000");
  }
}
