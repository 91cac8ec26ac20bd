package org.aragora.telemetry.counting.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * A signed 128-bit integer that is added to: the same whatever the order of the additions, unlike a
 * double. 1e9 additions of 1e18 fit ten million million times. Mutable, not thread-safe.
 */
public sealed class ExactSum permits SumAggregate {
  private long high;
  private long low;

  public ExactSum add(long value) {
    return add(value >> 63, value);
  }

  public ExactSum add(ExactSum other) {
    return add(other.high, other.low);
  }

  public ExactSum subtract(long value) {
    // -Long.MIN_VALUE does not fit a long: negate in 128 bits.
    long negatedLow = -value;
    long negatedHigh = ~(value >> 63) + (negatedLow == 0 ? 1 : 0);
    return add(negatedHigh, negatedLow);
  }

  private ExactSum add(long otherHigh, long otherLow) {
    long sum = low + otherLow;
    high += otherHigh + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
    low = sum;
    return this;
  }

  public boolean isZero() {
    return high == 0 && low == 0;
  }

  public BigInteger toBigInteger() {
    return BigInteger.valueOf(high).shiftLeft(64).add(new BigInteger(Long.toUnsignedString(low)));
  }

  /** The double nearest to this sum divided by {@code unitsPerOne}, a power of ten. */
  public double toDouble(long unitsPerOne) {
    if (unitsPerOne == 1 && high == low >> 63) {
      return low;
    }
    int scale = Long.toString(unitsPerOne).length() - 1;
    return new BigDecimal(toBigInteger(), scale).doubleValue();
  }

  /** Appends this sum. */
  public void write(BinaryWriter out) {
    boolean fits = high == low >> 63;
    out.writeBoolean(fits);
    if (fits) {
      out.writeSigned(low);
    } else {
      out.writeFixed64(high).writeFixed64(low);
    }
  }

  /** Reads what {@link #write} wrote. */
  public static ExactSum read(BinaryReader in) {
    ExactSum sum = new ExactSum();
    return in.readBoolean()
        ? sum.add(in.readSigned())
        : sum.add(in.readFixed64(), in.readFixed64());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExactSum that && high == that.high && low == that.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high * 31 + low);
  }

  @Override
  public String toString() {
    return toBigInteger().toString();
  }
}
