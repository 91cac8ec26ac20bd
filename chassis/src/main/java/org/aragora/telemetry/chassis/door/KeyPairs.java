package org.aragora.telemetry.chassis.door;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Map;

/** Check that a key belongs to a certificate: a wrong pair would fail each handshake instead. */
final class KeyPairs {
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");
  private static final byte[] TEXT = {1, 2, 3};

  private KeyPairs() {}

  static void check(PrivateKey key, PublicKey certified, WebConfig.Tls tls)
      throws GeneralSecurityException, BadWebConfigException {
    String algorithm = SIGNATURES.get(key.getAlgorithm());
    if (algorithm == null) {
      return;
    }
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update(TEXT);
    Signature verifying = Signature.getInstance(algorithm);
    verifying.initVerify(certified);
    verifying.update(TEXT);
    if (!verifying.verify(signing.sign())) {
      throw new BadWebConfigException(
          "%s is not the key of %s".formatted(tls.key(), tls.certificate()));
    }
  }
}
