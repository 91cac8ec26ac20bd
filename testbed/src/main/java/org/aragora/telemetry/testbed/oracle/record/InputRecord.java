package org.aragora.telemetry.testbed.oracle.record;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a record that decide how it counts.
 *
 * @param appendMs its own timestamp
 * @param keyBytes length of its key, 0 without one
 */
public record InputRecord(
    long offset, long appendMs, int keyBytes, Iterable<Header> headers, byte @Nullable [] value) {

  /** A record as a consumer has it. */
  public static InputRecord of(ConsumerRecord<byte[], byte[]> record) {
    return new InputRecord(
        record.offset(),
        record.timestamp(),
        record.key() == null ? 0 : record.key().length,
        record.headers(),
        record.value());
  }

  /** A record without key and headers. */
  public static InputRecord of(long offset, long appendMs, byte @Nullable [] value) {
    return new InputRecord(offset, appendMs, 0, new RecordHeaders(), value);
  }
}
