package org.aragora.telemetry.producer.lane;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** An event with its place and number. It keeps both through every attempt. */
final class InFlightEvent {
  final EventQueue.Entry entry;
  final int partition;
  final long seq;
  final ProducerRecord<byte[], byte[]> record;

  /** Its outcome is about to be counted. Guarded by {@link InFlight}. */
  boolean claimed;

  /** It is counted. Guarded by {@link InFlight}. */
  boolean settled;

  /** Reason for which {@code send} refused the last attempt; the sender's thread only. */
  @Nullable Exception refusal;

  InFlightEvent(
      EventQueue.Entry entry, int partition, long seq, ProducerRecord<byte[], byte[]> record) {
    this.entry = entry;
    this.partition = partition;
    this.seq = seq;
    this.record = record;
  }
}
