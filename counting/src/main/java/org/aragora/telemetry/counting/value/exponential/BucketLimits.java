package org.aragora.telemetry.counting.value.exponential;

import java.math.BigInteger;

/**
 * The limits of all buckets of schema 3 in whole units of a metric. Bucket {@code i} takes the
 * values over 2<sup>(i-1)/8</sup> up to 2<sup>i/8</sup>. A value is a whole number of units, so it
 * is not over a limit exactly if it is not over the whole units within that limit. No value is
 * rounded on the way, and no floating point number decides.
 */
final class BucketLimits {
  /** Buckets of a power of two are 2 to the power of it. */
  static final int SCHEMA = 3;

  private static final int ROOTS = SCHEMA;
  private static final int PER_POWER = 1 << SCHEMA;
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final BucketLimits OF_WHOLE = new BucketLimits(1);
  private static final BucketLimits OF_NANOS = new BucketLimits(NANOS_PER_SECOND);

  /** Index of the bucket that takes one unit. */
  private final int first;

  /** By bucket from the first on: the greatest number of units in it; the last takes the rest. */
  private final long[] limits;

  private BucketLimits(long unitsPerOne) {
    int index = 0;
    while (limit(unitsPerOne, index - 1).signum() > 0) {
      index--;
    }
    first = index;
    BigInteger greatest = BigInteger.valueOf(Long.MAX_VALUE);
    int last = first;
    while (limit(unitsPerOne, last).compareTo(greatest) < 0) {
      last++;
    }
    limits = new long[last - first + 1];
    for (int i = 0; i < limits.length; i++) {
      limits[i] = limit(unitsPerOne, first + i).min(greatest).longValueExact();
    }
  }

  /** {@code unitsPerOne}: units in one of what is served, 1 or 1,000,000,000. */
  static BucketLimits of(long unitsPerOne) {
    if (unitsPerOne != 1 && unitsPerOne != NANOS_PER_SECOND) {
      throw new IllegalArgumentException("no metric has " + unitsPerOne + " units in one");
    }
    return unitsPerOne == 1 ? OF_WHOLE : OF_NANOS;
  }

  /** Whole units in 2^(index/8), which is the eighth root of unitsPerOne^8 * 2^index. */
  private static BigInteger limit(long unitsPerOne, int index) {
    BigInteger root = BigInteger.valueOf(unitsPerOne).pow(PER_POWER).shiftLeft(index);
    for (int i = 0; i < ROOTS; i++) {
      root = root.sqrt();
    }
    return root;
  }

  /** The bucket of a value that is greater than 0. */
  int index(long units) {
    int low = 0;
    int high = limits.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (limits[middle] < units) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return first + low;
  }

  /** Number of the buckets. */
  int size() {
    return limits.length;
  }

  /** Returns true if a bucket may have a value. */
  boolean has(int index) {
    return index >= first && index < first + limits.length;
  }
}
