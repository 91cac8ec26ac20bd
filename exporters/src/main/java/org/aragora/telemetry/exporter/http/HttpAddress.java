package org.aragora.telemetry.exporter.http;

import java.net.URI;
import java.net.URISyntaxException;

/** Address of a backend. */
public final class HttpAddress {

  private static final String REASON = "it must be an http:// or https:// address";

  private HttpAddress() {}

  /**
   * Parses an address.
   *
   * @throws IllegalArgumentException with the reason, if it is not an HTTP address with a host
   */
  public static URI parse(String text) {
    try {
      URI address = new URI(text);
      String scheme = String.valueOf(address.getScheme());
      if (address.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return address;
      }
    } catch (URISyntaxException e) {
      // Without the cause, whose message contains the text and so its password.
      throw new IllegalArgumentException(REASON);
    }
    throw new IllegalArgumentException(REASON);
  }
}
