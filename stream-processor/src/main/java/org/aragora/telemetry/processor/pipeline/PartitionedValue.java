package org.aragora.telemetry.processor.pipeline;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * A value that must go to one given partition of its topic.
 *
 * @param partition the partition
 * @param value the bytes
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody compares or changes
public record PartitionedValue(int partition, byte[] value) {

  /** Writes the bytes. */
  public static Serializer<PartitionedValue> serializer() {
    return (topic, data) -> data.value;
  }

  /** Picks the partition. */
  public static StreamPartitioner<byte[], PartitionedValue> partitioner() {
    return (topic, key, value, partitions) -> Optional.of(Set.of(value.partition));
  }
}
