package org.aragora.telemetry.chassis.door;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** The context of TLS, from the PEM files that the file names. */
final class TlsContext {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private TlsContext() {}

  static SSLContext of(WebConfig.Tls tls) throws BadWebConfigException {
    try {
      Path clientCa = tls.clientCa();
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          keys(tls).getKeyManagers(),
          clientCa == null ? new TrustManager[0] : trust(clientCa),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new BadWebConfigException(
          "%s and %s do not make a certificate with its key (%s)"
              .formatted(tls.certificate(), tls.key(), e.getMessage()));
    }
  }

  private static KeyManagerFactory keys(WebConfig.Tls tls)
      throws GeneralSecurityException, BadWebConfigException {
    KeyStore store = empty();
    Certificate[] chain = certificates(tls.certificate()).toArray(new Certificate[0]);
    PrivateKey key = key(tls.key());
    if (!key.getAlgorithm().equals(chain[0].getPublicKey().getAlgorithm())) {
      throw new BadWebConfigException(
          "%s is not the key of %s".formatted(tls.key(), tls.certificate()));
    }
    store.setKeyEntry("server", key, new char[0], chain);
    KeyPairs.check(key, chain[0].getPublicKey(), tls);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory;
  }

  private static TrustManager[] trust(Path file)
      throws GeneralSecurityException, BadWebConfigException {
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

  private static KeyStore empty() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      return store;
    } catch (IOException e) {
      throw new IllegalStateException("an empty key store cannot fail", e);
    }
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws BadWebConfigException {
    try {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(read(file)));
      if (!all.isEmpty()) {
        return all;
      }
    } catch (GeneralSecurityException e) {
      // refused below
    }
    throw new BadWebConfigException(file + " has no certificate in PEM");
  }

  private static PrivateKey key(Path file) throws BadWebConfigException, GeneralSecurityException {
    Matcher pem = KEY.matcher(new String(read(file), US_ASCII));
    if (pem.find()) {
      try {
        byte[] bytes = Base64.getMimeDecoder().decode(pem.group(1));
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(bytes);
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
          try {
            return KeyFactory.getInstance(algorithm).generatePrivate(spec);
          } catch (InvalidKeySpecException e) {
            // of another algorithm
          }
        }
      } catch (IllegalArgumentException e) {
        // not Base64
      }
    }
    throw new BadWebConfigException(
        file
            + " has no RSA, EC or Ed25519 key in PKCS 8 (BEGIN PRIVATE KEY); openssl pkcs8 -topk8"
            + " -nodes converts one");
  }

  private static byte[] read(Path file) throws BadWebConfigException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new BadWebConfigException(
          "%s cannot be read (%s)".formatted(file, e.getClass().getSimpleName()));
    }
  }
}
