package org.aragora.telemetry.doctor.stack;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.aragora.telemetry.chassis.tls.PemFiles;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.text.TextFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options with which a command enters a processor that is guarded by a web configuration. */
public final class ProcessorLogin {
  @Option(
      names = "--user",
      paramLabel = "USER",
      description = "user, if the processor asks for one")
  private @Nullable String user;

  @Option(names = "--password-file", paramLabel = "FILE", description = "password of this user")
  private @Nullable Path passwordFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description = "certificates, in PEM, that the one of an https processor must come from")
  private @Nullable Path caFile;

  @Option(
      names = "--cert-file",
      paramLabel = "FILE",
      description = "own certificate, in PEM, if the processor asks for one")
  private @Nullable Path certFile;

  @Option(names = "--key-file", paramLabel = "FILE", description = "its key, in PEM")
  private @Nullable Path keyFile;

  /**
   * Headers of each request.
   *
   * @throws InvalidSettingException naming the option that cannot be used
   */
  public Map<String, String> headers() {
    if (user == null && passwordFile == null) {
      return Map.of();
    }
    if (user == null || passwordFile == null) {
      throw new InvalidSettingException("--user and --password-file need each other.");
    }
    try {
      String pair = user + ":" + TextFile.readSecret(passwordFile);
      return Map.of(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable("--password-file", passwordFile, e);
    }
  }

  /**
   * Completes a client of the processor.
   *
   * @throws InvalidSettingException naming the option that cannot be used
   */
  public HttpClient client(HttpClient.Builder client) {
    if ((certFile == null) != (keyFile == null)) {
      throw new InvalidSettingException("--cert-file and --key-file need each other.");
    }
    if (caFile != null || certFile != null) {
      client.sslContext(tls());
    }
    return client.build();
  }

  private SSLContext tls() {
    String option = "--ca-file";
    Path file = caFile;
    try {
      TrustManager[] trust = caFile == null ? null : PemFiles.trust(caFile);
      KeyManager[] keys = null;
      if (certFile != null && keyFile != null) {
        option = "--key-file";
        file = keyFile;
        var key = PemFiles.key(keyFile);
        option = "--cert-file";
        file = certFile;
        keys = PemFiles.keys(key, PemFiles.certificates(certFile)).getKeyManagers();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw unreadable(option, file, e);
    }
  }

  private static InvalidSettingException unreadable(
      String option, @Nullable Path file, Exception cause) {
    return new InvalidSettingException(
        "%s=%s is refused: the file cannot be read (%s)."
            .formatted(option, file, cause.getClass().getSimpleName()));
  }
}
