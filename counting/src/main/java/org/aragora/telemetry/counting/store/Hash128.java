package org.aragora.telemetry.counting.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The first 128 bits of a SHA-256: stands for identifiers of which only equality matters, so that
 * state has the same size whatever their length is.
 */
public record Hash128(long high, long low) {
  private static final MessageDigest SHA_256 = sha256();

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Hash of several strings; their limits count too. */
  public static Hash128 of(String... parts) {
    MessageDigest digest = copy();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
      digest.update(bytes);
    }
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return new Hash128(hash.getLong(), hash.getLong());
  }

  /** A clone costs less than a look-up of the algorithm. */
  private static MessageDigest copy() {
    try {
      return (MessageDigest) SHA_256.clone();
    } catch (CloneNotSupportedException e) {
      return sha256();
    }
  }

  /** It in 22 characters: letters, digits, {@code -} and {@code _}. */
  public String text() {
    byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Appends its 16 bytes. */
  public void write(BinaryWriter out) {
    out.writeFixed64(high).writeFixed64(low);
  }

  /** Reads what {@link #write} wrote. */
  public static Hash128 read(BinaryReader in) {
    return new Hash128(in.readFixed64(), in.readFixed64());
  }
}
