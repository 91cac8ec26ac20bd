package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

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

  /**
   * What a record is that was refused before and is sent back: the same as at first, as a function
   * of these two alone. What is remembered of the log is neither asked nor changed.
   *
   * @param origin as it was read first, with that topic, partition, offset and append time
   * @param start what {@link Conversion.Export#start} or {@link Conversion.Failed#start} said then
   */
  Conversion<P> convertAgain(
      ConsumerRecord<byte[], byte[]> origin, DebateLog.@Nullable Start start);

  /** How much of a topic's past must be remembered before its first record can be converted. */
  default Duration lookback(String topic) {
    return Duration.ZERO;
  }

  /** Takes note of a record that precedes those to be converted. */
  default void remember(ConsumerRecord<byte[], byte[]> record) {}

  /** The partition is no longer this process's. */
  default void forget(TopicPartition partition) {}
}
