package org.aragora.telemetry.exporter.core;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** One record on its way to the backend. It is never divided: one record, one fate. */
final class Unit<P> {

  /** As it was read: what is committed. */
  final ConsumerRecord<byte[], byte[]> record;

  /** As it was read first: another one where it was sent back. */
  final ConsumerRecord<byte[], byte[]> origin;

  final DebateLog.@Nullable Start start;
  final P payload;
  final int items;
  final int bytes;
  final PartitionProgress progress;
  private boolean settled;

  private Unit(
      ConsumerRecord<byte[], byte[]> record,
      ConsumerRecord<byte[], byte[]> origin,
      Conversion.Export<P> export,
      PartitionProgress progress) {
    this.record = record;
    this.origin = origin;
    this.start = export.start();
    this.payload = export.payload();
    this.items = export.items();
    this.bytes = export.bytes();
    this.progress = progress;
  }

  static <P> Unit<P> of(
      ConsumerRecord<byte[], byte[]> record,
      ConsumerRecord<byte[], byte[]> origin,
      Conversion.Export<P> export,
      PartitionProgress progress) {
    return new Unit<>(record, origin, export, progress);
  }

  /** One that can only be parked. */
  @SuppressWarnings("NullAway") // its payload is never looked at
  static <P> Unit<P> unconverted(
      ConsumerRecord<byte[], byte[]> record,
      ConsumerRecord<byte[], byte[]> origin,
      Conversion.Failed<P> failed,
      PartitionProgress progress) {
    int bytes = Math.max(0, record.serializedValueSize());
    return new Unit<>(
        record, origin, new Conversion.Export<>(null, 0, bytes, failed.start()), progress);
  }

  /** Memory that it holds: what is sent, and the record in case it must be parked. */
  long heldBytes() {
    return (long) bytes + Math.max(0, record.serializedValueSize());
  }

  /** Whether it still is this process's business. */
  boolean isLive() {
    return progress.isOwned() && !settled;
  }

  boolean isSettled() {
    return settled;
  }

  void settle() {
    settled = true;
  }
}
