package org.aragora.telemetry.producer.lane;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** An event with its place and number. It keeps both through every attempt. */
final class InFlightEvent {
  final EventQueue.Entry entry;
  final int partition;
  final long seq;
  final ProducerRecord<byte[], byte[]> record;

  /** Somebody counts what became of it. Guarded by {@link InFlight}. */
  boolean claimed;

  /** It is counted. Guarded by {@link InFlight}. */
  boolean settled;

  /** Why the client refused the last attempt within {@code send}; the lane's thread only. */
  @Nullable Exception refusal;

  InFlightEvent(
      EventQueue.Entry entry, int partition, long seq, ProducerRecord<byte[], byte[]> record) {
    this.entry = entry;
    this.partition = partition;
    this.seq = seq;
    this.record = record;
  }
}
