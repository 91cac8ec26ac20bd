package org.aragora.telemetry.chassis.tls;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.aragora.telemetry.schemas.text.TextFile;
import org.aragora.telemetry.schemas.text.Utf8;

/** Certificates and keys from PEM files, which may begin with a byte order mark. */
public final class PemFiles {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private PemFiles() {}

  /** Returns the certificates of a file, in its order; empty if it has none. */
  public static Collection<? extends Certificate> certificates(Path file)
      throws GeneralSecurityException, IOException {
    byte[] pem = Utf8.withoutByteOrderMark(Files.readAllBytes(file));
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem));
  }

  /**
   * Returns the private key of a file, in PKCS 8.
   *
   * @throws InvalidKeySpecException if the file has no RSA, EC or Ed25519 key in that form
   */
  public static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
    InvalidKeySpecException failure =
        new InvalidKeySpecException(file + " holds no RSA, EC or Ed25519 key in PKCS 8");
    Matcher pem = KEY.matcher(TextFile.read(file));
    if (!pem.find()) {
      throw failure;
    }
    PKCS8EncodedKeySpec spec;
    try {
      spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
    } catch (IllegalArgumentException e) {
      failure.addSuppressed(e); // not Base64
      throw failure;
    }
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  /** Returns what trusts the certificates of a file. */
  public static TrustManager[] trust(Path file) throws GeneralSecurityException, IOException {
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

  /** Returns what presents a chain of certificates with its key. */
  public static KeyManagerFactory keys(PrivateKey key, Collection<? extends Certificate> chain)
      throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    store.setKeyEntry("own", key, new char[0], chain.toArray(new Certificate[0]));
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
}
