package org.aragora.telemetry.counting.metric;

import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * Owner of a partition of the metrics topic from here on.
 *
 * @param owner unique per process and takeover
 * @param partitions partitions that the topic has, on which the place of every series depends
 */
public record OwnerValue(String owner, int partitions) {
  private static final int VERSION = 1;

  public byte[] toBytes() {
    return new BinaryWriter()
        .writeByte(VERSION)
        .writeString(owner)
        .writeUnsigned(partitions)
        .toBytes();
  }

  public static OwnerValue fromBytes(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    in.readVersion(VERSION, "an owner's announcement");
    return new OwnerValue(in.readString(), in.readInt());
  }
}
