package org.aragora.telemetry.replay.read;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.counting.metric.InputPartition;

/** The work on one input partition. Used by one worker at a time. */
public interface PartitionJob {

  InputPartition partition();

  /** First offset to read. */
  long from();

  /** Offset after the last to read. */
  long to();

  /** Takes one record; in the order of offsets. */
  void accept(ConsumerRecord<byte[], byte[]> record);

  /** A moment between two batches: everything below {@code position} was taken. */
  default void pause(long position) {}

  /** Everything was taken. */
  default void done() {}
}
