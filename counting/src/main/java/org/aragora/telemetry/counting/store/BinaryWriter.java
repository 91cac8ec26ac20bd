package org.aragora.telemetry.counting.store;

import java.util.Arrays;
import org.aragora.telemetry.schemas.text.Utf8;

/**
 * Appends primitives to a growing array. Integers are varints (7 bits a byte, low bits first),
 * signed ones in zig-zag form; strings are a byte count and UTF-8. Not thread-safe; reusable after
 * {@link #reset()}.
 */
public final class BinaryWriter {
  private byte[] bytes = new byte[64];
  private int size;

  /** Forgets what was written, keeps the array. */
  public BinaryWriter reset() {
    size = 0;
    return this;
  }

  /** A copy of what was written. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  public BinaryWriter writeByte(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public BinaryWriter writeBoolean(boolean value) {
    return writeByte(value ? 1 : 0);
  }

  /** Eight bytes, high byte first, so that unsigned order is kept. */
  public BinaryWriter writeFixed64(long value) {
    ensure(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (value >>> shift);
    }
    return this;
  }

  public BinaryWriter writeDouble(double value) {
    return writeFixed64(Double.doubleToRawLongBits(value));
  }

  /** An integer that is rarely negative. */
  public BinaryWriter writeUnsigned(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  public BinaryWriter writeSigned(long value) {
    return writeUnsigned((value << 1) ^ (value >> 63));
  }

  /**
   * A string.
   *
   * @throws IllegalArgumentException if it has a lone surrogate, which UTF-8 cannot express
   */
  public BinaryWriter writeString(String value) {
    return writeBytes(Utf8.encode(value));
  }

  public BinaryWriter writeBytes(byte[] value) {
    return writeUnsigned(value.length).writeRaw(value);
  }

  /** The bytes alone, without their count. */
  public BinaryWriter writeRaw(byte[] value) {
    ensure(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
