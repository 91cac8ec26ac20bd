package org.aragora.telemetry.producer.stamp;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids of one run: its epoch (128 random bits) and the ULIDs of its events. A ULID is 48 bits of
 * time, 16 random bits of the run, and a counter that starts at random: no two events of a run are
 * alike.
 */
public final class Ids {
  private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();

  private final String epoch;
  private final long runBits;
  private final AtomicLong counter;

  private Ids(SecureRandom random) {
    this.epoch =
        encode(random.nextLong() >>> 4, random.nextLong()).toLowerCase(java.util.Locale.ROOT);
    this.runBits = random.nextInt() & 0xFFFF;
    this.counter = new AtomicLong(random.nextLong());
  }

  /** The ids of a fresh run. */
  public static Ids create() {
    return new Ids(new SecureRandom());
  }

  /** The run: 26 letters and digits. */
  public String epoch() {
    return epoch;
  }

  /** A new id for an event that is stamped now. */
  public String next(long millis) {
    return encode((millis << 16) | runBits, counter.getAndIncrement());
  }

  /** 128 bits as 26 digits of Crockford's base 32, the upper two bits of the first digit zero. */
  private static String encode(long high, long low) {
    char[] digits = new char[26];
    long upper = high;
    long lower = low;
    for (int i = 25; i >= 0; i--) {
      digits[i] = ALPHABET[(int) (lower & 31)];
      lower = (lower >>> 5) | (upper << 59);
      upper >>>= 5;
    }
    return new String(digits);
  }
}
