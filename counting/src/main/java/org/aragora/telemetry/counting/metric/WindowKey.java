package org.aragora.telemetry.counting.metric;

import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * Key of a record of the windows topic, and of an open window in a store; its value is a {@link
 * PartialValue}.
 *
 * @param series the series
 * @param minute minutes since 1970 of the window's start
 * @param task whose count it is
 */
public record WindowKey(SeriesKey series, long minute, InputPartition task) {
  private static final int VERSION = 1;

  public byte[] toBytes() {
    BinaryWriter out = new BinaryWriter().writeByte(VERSION);
    series.write(out);
    task.write(out.writeSigned(minute));
    return out.toBytes();
  }

  public static WindowKey fromBytes(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    in.readVersion(VERSION, "a key of the windows topic");
    SeriesKey series = SeriesKey.read(in);
    long minute = in.readSigned();
    return new WindowKey(series, minute, InputPartition.read(in));
  }

  /** The partition of the windows topic that it belongs to: that of its series. */
  public int partition(int partitions) {
    return MetricsKey.seriesPartition(series, partitions);
  }
}
