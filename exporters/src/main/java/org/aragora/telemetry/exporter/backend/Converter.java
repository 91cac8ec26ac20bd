package org.aragora.telemetry.exporter.backend;

import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Converts records to payloads. The result is a function of the record and of what precedes it in
 * its partition within {@link #lookback}, so that a record that is read again gives the same bytes.
 * Called by one thread, in the order of offsets.
 *
 * @param <P> payload of one record
 */
public interface Converter<P> {

  /** Converts a record of an input topic. */
  Conversion<P> convert(ConsumerRecord<byte[], byte[]> record);

  /**
   * Converts a redriven record. Returns the same payload as the first conversion and depends only
   * on the arguments.
   *
   * @param origin the original record, with its topic, partition, offset and append time
   * @param start the start that {@link Conversion} returned the first time
   */
  Conversion<P> convertAgain(ConsumerRecord<byte[], byte[]> origin, @Nullable DebateStart start);

  /** Time span of a topic's past to {@link #remember} before its first record is converted. */
  default Duration lookback(String topic) {
    return Duration.ZERO;
  }

  /** Reads a record that precedes those to convert. */
  default void remember(ConsumerRecord<byte[], byte[]> record) {}

  /** Forgets a partition that this process has lost. */
  default void forget(TopicPartition partition) {}
}
