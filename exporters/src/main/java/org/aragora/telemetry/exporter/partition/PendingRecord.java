package org.aragora.telemetry.exporter.partition;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.jspecify.annotations.Nullable;

/**
 * A record between its read and its acknowledgement. Never divided: all its items are acknowledged
 * or none.
 *
 * @param <P> payload of one record
 */
public final class PendingRecord<P> {

  private final ConsumerRecord<byte[], byte[]> record;
  private final ConsumerRecord<byte[], byte[]> origin;
  private final Conversion.Export<P> export;
  private final PartitionOffsets offsets;
  private boolean settled;

  /**
   * @param record the record that was read, whose offset is committed
   * @param origin the original record; differs from {@code record} if this is a redrive
   */
  public PendingRecord(
      ConsumerRecord<byte[], byte[]> record,
      ConsumerRecord<byte[], byte[]> origin,
      Conversion.Export<P> export,
      PartitionOffsets offsets) {
    this.record = record;
    this.origin = origin;
    this.export = export;
    this.offsets = offsets;
  }

  /** A record without a payload, which can only become a dead letter. */
  @SuppressWarnings("NullAway") // nothing reads its payload
  public static <P> PendingRecord<P> unconverted(
      ConsumerRecord<byte[], byte[]> record,
      ConsumerRecord<byte[], byte[]> origin,
      @Nullable DebateStart start,
      PartitionOffsets offsets) {
    int bytes = Math.max(0, record.serializedValueSize());
    return new PendingRecord<>(
        record, origin, new Conversion.Export<>(null, 0, bytes, start), offsets);
  }

  public ConsumerRecord<byte[], byte[]> record() {
    return record;
  }

  public ConsumerRecord<byte[], byte[]> origin() {
    return origin;
  }

  public @Nullable DebateStart start() {
    return export.start();
  }

  public P payload() {
    return export.payload();
  }

  /** Number of spans or lines. */
  public int items() {
    return export.items();
  }

  /** Size of the payload. */
  public int bytes() {
    return export.bytes();
  }

  /** Memory in use: the payload, and the record in case it becomes a dead letter. */
  public long heldBytes() {
    return (long) export.bytes() + Math.max(0, record.serializedValueSize());
  }

  public PartitionOffsets offsets() {
    return offsets;
  }

  /** True until it is settled or its partition is lost. */
  public boolean isLive() {
    return offsets.isOwned() && !settled;
  }

  boolean isSettled() {
    return settled;
  }

  /** Marks the record as acknowledged or written as a dead letter. */
  public void settle() {
    settled = true;
    offsets.advance();
  }
}
