package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Records to payloads. The result must be a function of the partition's log alone, the record and
 * what precedes it within {@link #lookback}, so that a record read again becomes the same bytes.
 * Called by one thread, offsets in order.
 *
 * @param <P> what one record becomes
 */
public interface Converter<P> {

  /** What the record is to this exporter. */
  Conversion<P> convert(ConsumerRecord<byte[], byte[]> record);

  /** How much of a topic's past must be remembered before its first record can be converted. */
  default Duration lookback(String topic) {
    return Duration.ZERO;
  }

  /** Takes note of a record that precedes those to be converted. */
  default void remember(ConsumerRecord<byte[], byte[]> record) {}

  /** The partition is no longer this process's. */
  default void forget(TopicPartition partition) {}
}
