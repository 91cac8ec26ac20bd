package org.aragora.telemetry.producer.lane;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** An event with its place and number, which it keeps through every attempt. */
final class InFlightEvent {
  final EventQueue.Entry entry;
  final ProducerRecord<byte[], byte[]> record;

  /** The event behind it; the sender's thread sets it once. */
  volatile @Nullable InFlightEvent next;

  /** It has to be sent again. Changes under the lock of {@link InFlight}. */
  volatile boolean failed;

  /** Its outcome is about to be counted. Guarded by {@link InFlight}. */
  boolean claimed;

  /** It is counted. Guarded by {@link InFlight}. */
  boolean settled;

  /** Reason for which {@code send} refused the last attempt; the sender's thread only. */
  @Nullable Exception refusal;

  InFlightEvent(EventQueue.Entry entry, ProducerRecord<byte[], byte[]> record) {
    this.entry = entry;
    this.record = record;
  }
}
