package org.aragora.telemetry.chassis.door;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.spec.InvalidKeySpecException;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.aragora.telemetry.chassis.tls.PemFiles;

/** The context of TLS, from the PEM files that the file names. */
final class TlsContext {
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
    } catch (GeneralSecurityException | IOException e) {
      throw new BadWebConfigException(
          "%s and %s do not make a certificate with its key (%s)"
              .formatted(tls.certificate(), tls.key(), e.getMessage()));
    }
  }

  private static KeyManagerFactory keys(WebConfig.Tls tls)
      throws GeneralSecurityException, IOException, BadWebConfigException {
    Collection<? extends Certificate> chain = certificates(tls.certificate());
    Certificate own = chain.iterator().next();
    PrivateKey key = key(tls.key());
    if (!key.getAlgorithm().equals(own.getPublicKey().getAlgorithm())) {
      throw new BadWebConfigException(
          "%s is not the key of %s".formatted(tls.key(), tls.certificate()));
    }
    KeyPairs.check(key, own.getPublicKey(), tls);
    return PemFiles.keys(key, chain);
  }

  private static TrustManager[] trust(Path file)
      throws GeneralSecurityException, IOException, BadWebConfigException {
    certificates(file); // refuses the file by name
    return PemFiles.trust(file);
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws BadWebConfigException {
    try {
      Collection<? extends Certificate> all = PemFiles.certificates(file);
      if (!all.isEmpty()) {
        return all;
      }
    } catch (CertificateException e) {
      // refused below
    } catch (GeneralSecurityException | IOException e) {
      throw unreadable(file, e);
    }
    throw new BadWebConfigException(file + " has no certificate in PEM");
  }

  private static PrivateKey key(Path file) throws BadWebConfigException {
    try {
      return PemFiles.key(file);
    } catch (InvalidKeySpecException e) {
      throw new BadWebConfigException(
          file
              + " has no RSA, EC or Ed25519 key in PKCS 8 (BEGIN PRIVATE KEY); openssl pkcs8 -topk8"
              + " -nodes converts one");
    } catch (GeneralSecurityException | IOException e) {
      throw unreadable(file, e);
    }
  }

  private static BadWebConfigException unreadable(Path file, Exception e) {
    return new BadWebConfigException(
        "%s cannot be read (%s)".formatted(file, e.getClass().getSimpleName()));
  }
}
