package org.aragora.telemetry.exporter.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.text.TextFile;
import org.aragora.telemetry.schemas.text.Utf8;
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
              : keys(clientCertificate, clientKey).getKeyManagers(),
          trusted == null ? null : trust(trusted),
          null);
      return context;
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw new InvalidSettingException(
          "The files that the %s settings name for TLS cannot be used: %s.".formatted(prefix, e));
    }
  }

  private static TrustManager[] trust(String file) throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    int number = 0;
    for (Certificate certificate : certificates(file)) {
      store.setCertificateEntry("ca-" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManagerFactory keys(String chain, String key)
      throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    store.setKeyEntry(
        "client", key(key), new char[0], certificates(chain).toArray(new Certificate[0]));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory;
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(String file)
      throws GeneralSecurityException, IOException {
    byte[] pem = Utf8.withoutByteOrderMark(Files.readAllBytes(Path.of(file)));
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem));
  }

  private static PrivateKey key(String file) throws GeneralSecurityException, IOException {
    String pem = TextFile.read(Path.of(file));
    String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
    InvalidKeySpecException failure =
        new InvalidKeySpecException(file + " holds no RSA, EC or Ed25519 key in PKCS 8");
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }
}
