package org.aragora.telemetry.exporter.core;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** One record on its way to the backend. It is never divided: one record, one fate. */
final class Unit<P> {

  final ConsumerRecord<byte[], byte[]> record;
  final P payload;
  final int bytes;
  final PartitionProgress progress;
  private boolean settled;

  Unit(ConsumerRecord<byte[], byte[]> record, P payload, int bytes, PartitionProgress progress) {
    this.record = record;
    this.payload = payload;
    this.bytes = bytes;
    this.progress = progress;
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
