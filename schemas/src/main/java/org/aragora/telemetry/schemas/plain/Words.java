package org.aragora.telemetry.schemas.plain;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes that are looked for, compared eight at a time. */
final class Words {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final long[] words;
  private final long lastMask;

  Words(byte[] bytes) {
    this.bytes = bytes;
    byte[] padded = Arrays.copyOf(bytes, (bytes.length + 7) & ~7);
    words = new long[padded.length / 8];
    for (int i = 0; i < words.length; i++) {
      words[i] = at(padded, 8 * i);
    }
    lastMask = -1L >>> ((padded.length - bytes.length) * 8);
  }

  int length() {
    return bytes.length;
  }

  /** Returns true if they stand in {@code value} from {@code from} on. */
  boolean isAt(byte[] value, int from) {
    int last = words.length - 1;
    if (from + 8 * words.length > value.length) {
      int to = from + bytes.length;
      return to <= value.length && Arrays.equals(value, from, to, bytes, 0, bytes.length);
    }
    for (int i = 0; i < last; i++) {
      if (at(value, from + 8 * i) != words[i]) {
        return false;
      }
    }
    return ((at(value, from + 8 * last) ^ words[last]) & lastMask) == 0;
  }

  /** The eight bytes from {@code i} on, the first one lowest. */
  static long at(byte[] value, int i) {
    return (long) LONGS.get(value, i);
  }
}
