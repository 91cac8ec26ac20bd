package org.aragora.telemetry.counting.value;

import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * The absolute value that one input task has for a series, in total or in one minute. The aggregate
 * is kept as bytes, so that the value of an unknown metric is carried through unchanged.
 *
 * @param fingerprint of the descriptor that the value was written under
 * @param nextOffset first offset of the input partition that is not in the value
 * @param firstSeenMs append time of the event with which the task first had the series,
 *     milliseconds since 1970; nothing depends on it
 * @param startsAtValue if the series need not be served as 0 first, and so shows its value without
 *     a {@link org.aragora.telemetry.counting.metric.MetricsKey.Ripe} of it
 * @param aggregate the bytes that {@link Aggregate#write} wrote
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody compares or changes
public record PartialValue(
    long fingerprint, long nextOffset, long firstSeenMs, boolean startsAtValue, byte[] aggregate) {
  private static final int VERSION = 1;

  /** Reads the aggregate; {@code metric} must have this value's fingerprint. */
  public Aggregate read(MetricDescriptor metric) {
    if (metric.fingerprint() != fingerprint) {
      throw new IncompatibleMetricException(
          "the stored value of %s was written under another type, labels or bounds than %s"
              .formatted(metric.name(), metric.shape()));
    }
    return Aggregate.read(metric, new BinaryReader(aggregate));
  }

  public byte[] toBytes() {
    BinaryWriter out = new BinaryWriter();
    writeHead(out, fingerprint, nextOffset, firstSeenMs, startsAtValue);
    return out.writeRaw(aggregate).toBytes();
  }

  /** Appends a value of a known metric. */
  public static void write(
      BinaryWriter out,
      MetricDescriptor metric,
      long nextOffset,
      long firstSeenMs,
      boolean startsAtValue,
      Aggregate value) {
    writeHead(out, metric.fingerprint(), nextOffset, firstSeenMs, startsAtValue);
    value.write(out);
  }

  private static void writeHead(
      BinaryWriter out,
      long fingerprint,
      long nextOffset,
      long firstSeenMs,
      boolean startsAtValue) {
    out.writeByte(VERSION)
        .writeFixed64(fingerprint)
        .writeUnsigned(nextOffset)
        .writeUnsigned(firstSeenMs)
        .writeBoolean(startsAtValue);
  }

  public static PartialValue fromBytes(byte[] bytes) {
    return read(new BinaryReader(bytes));
  }

  /** Reads a value that takes all that is left. */
  public static PartialValue read(BinaryReader in) {
    in.readVersion(VERSION, "the value of a series");
    return new PartialValue(
        in.readFixed64(), in.readUnsigned(), in.readUnsigned(), in.readBoolean(), in.readRest());
  }
}
