package org.aragora.telemetry.counting.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link BinaryWriter} wrote. Throws {@link CorruptRecordException} where the bytes end
 * early or make no sense. Not thread-safe.
 */
public final class BinaryReader {
  private final byte[] bytes;
  private int position;

  public BinaryReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns true if everything was read. */
  public boolean atEnd() {
    return position == bytes.length;
  }

  /** Reads a format version and refuses those over {@code newest}, naming {@code what} was read. */
  public int readVersion(int newest, String what) {
    int version = readByte();
    if (version < 1 || version > newest) {
      throw new CorruptRecordException(
          "%s has format version %d, this program reads 1 to %d; it was written by a newer release or is no such record"
              .formatted(what, version, newest));
    }
    return version;
  }

  public int readByte() {
    need(1);
    return bytes[position++];
  }

  public boolean readBoolean() {
    return readByte() != 0;
  }

  public long readFixed64() {
    need(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (bytes[position++] & 0xFF);
    }
    return value;
  }

  public double readDouble() {
    return Double.longBitsToDouble(readFixed64());
  }

  public long readUnsigned() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = readByte();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new CorruptRecordException("a varint of more than ten bytes ends at byte " + position);
  }

  /** A varint that must be 0 to {@link Integer#MAX_VALUE}. */
  public int readInt() {
    long value = readUnsigned();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new CorruptRecordException(
          "the count " + value + " before byte " + position + " is no int");
    }
    return (int) value;
  }

  public long readSigned() {
    long value = readUnsigned();
    return (value >>> 1) ^ -(value & 1);
  }

  public String readString() {
    int length = readInt();
    need(length);
    position += length;
    return new String(bytes, position - length, length, StandardCharsets.UTF_8);
  }

  public byte[] readBytes() {
    int length = readInt();
    need(length);
    position += length;
    return Arrays.copyOfRange(bytes, position - length, position);
  }

  /** All that is left. */
  public byte[] readRest() {
    int from = position;
    position = bytes.length;
    return Arrays.copyOfRange(bytes, from, position);
  }

  private void need(int count) {
    if (bytes.length - position < count) {
      throw new CorruptRecordException(
          "%d bytes are needed at byte %d, the record has %d"
              .formatted(count, position, bytes.length));
    }
  }
}
