package org.aragora.telemetry.exporter.http;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import org.aragora.telemetry.chassis.tls.PemFiles;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/** TLS from PEM files. */
public final class Tls {

  private Tls() {}

  /**
   * Creates a context; null if no file is given.
   *
   * @param trusted file with the certificates to trust, null for the JVM's own
   * @param clientCertificate file with the client's chain, null without
   * @param clientKey file with the client's key (PKCS 8), null without
   * @param prefix prefix of the settings' names, for the error message
   */
  public static @Nullable SSLContext context(
      @Nullable String trusted,
      @Nullable String clientCertificate,
      @Nullable String clientKey,
      String prefix) {
    if ((clientCertificate == null) != (clientKey == null)) {
      throw new InvalidSettingException(
          "%1$sCLIENT_CERTIFICATE and %1$sCLIENT_KEY must be set together.".formatted(prefix));
    }
    if (trusted == null && clientCertificate == null) {
      return null;
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          clientCertificate == null || clientKey == null
              ? null
              : PemFiles.keys(
                      PemFiles.key(Path.of(clientKey)),
                      PemFiles.certificates(Path.of(clientCertificate)))
                  .getKeyManagers(),
          trusted == null ? null : PemFiles.trust(Path.of(trusted)),
          null);
      return context;
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw new InvalidSettingException(
          "The files that the %s settings name for TLS cannot be used: %s.".formatted(prefix, e));
    }
  }
}
