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
 * @param flags {@link #STARTS_AT_VALUE}, {@link #RETIRED}, {@link #OVER_LIMIT}; a release that has
 *     the first alone takes the byte for it, which shows the right value without a birth
 * @param aggregate the bytes that {@link Aggregate#write} wrote
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody compares or changes
public record PartialValue(
    long fingerprint, long nextOffset, long firstSeenMs, int flags, byte[] aggregate) {
  /**
   * The series need not be served as 0 first, and so shows its value without a {@link
   * org.aragora.telemetry.counting.metric.MetricsKey.Ripe} of it.
   */
  public static final int STARTS_AT_VALUE = 1;

  /** The last value of a part: its task has forgotten it, and the key is never written again. */
  public static final int RETIRED = 2;

  /** The metric was at its series limit, so the part is served as a share of {@code other}. */
  public static final int OVER_LIMIT = 4;

  private static final int VERSION = 1;

  public boolean startsAtValue() {
    return (flags & STARTS_AT_VALUE) != 0;
  }

  public boolean isRetired() {
    return (flags & RETIRED) != 0;
  }

  public boolean isOverLimit() {
    return (flags & OVER_LIMIT) != 0;
  }

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
    writeHead(out.writeByte(VERSION), fingerprint, nextOffset, firstSeenMs, flags);
    return out.writeRaw(aggregate).toBytes();
  }

  /** Appends a value of a known metric. */
  public static void write(
      BinaryWriter out,
      MetricDescriptor metric,
      long nextOffset,
      long firstSeenMs,
      int flags,
      Aggregate value) {
    writeFields(out.writeByte(VERSION), metric, nextOffset, firstSeenMs, flags, value);
  }

  /** Appends a value without its version, as {@link #readFields} reads it. */
  public static void writeFields(
      BinaryWriter out,
      MetricDescriptor metric,
      long nextOffset,
      long firstSeenMs,
      int flags,
      Aggregate value) {
    writeHead(out, metric.fingerprint(), nextOffset, firstSeenMs, flags);
    value.write(out);
  }

  private static void writeHead(
      BinaryWriter out, long fingerprint, long nextOffset, long firstSeenMs, int flags) {
    out.writeFixed64(fingerprint)
        .writeUnsigned(nextOffset)
        .writeUnsigned(firstSeenMs)
        .writeByte(flags);
  }

  public static PartialValue fromBytes(byte[] bytes) {
    return read(new BinaryReader(bytes));
  }

  /** Reads a value that takes all that is left. */
  public static PartialValue read(BinaryReader in) {
    in.readVersion(VERSION, "the value of a series");
    return readFields(in);
  }

  /** Reads a value without its version, which takes all that is left. */
  public static PartialValue readFields(BinaryReader in) {
    return new PartialValue(
        in.readFixed64(), in.readUnsigned(), in.readUnsigned(), in.readByte(), in.readRest());
  }
}
