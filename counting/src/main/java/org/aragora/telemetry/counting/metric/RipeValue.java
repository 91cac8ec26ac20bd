package org.aragora.telemetry.counting.metric;

import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/** Value of a mark whose key has all its content: a version and nothing else. */
public record RipeValue() {
  private static final int VERSION = 1;

  public byte[] toBytes() {
    return new BinaryWriter().writeByte(VERSION).toBytes();
  }

  public static RipeValue fromBytes(byte[] bytes) {
    new BinaryReader(bytes).readVersion(VERSION, "the mark of a ripe series");
    return new RipeValue();
  }
}
