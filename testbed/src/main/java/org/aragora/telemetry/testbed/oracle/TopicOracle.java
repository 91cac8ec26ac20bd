package org.aragora.telemetry.testbed.oracle;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.oracle.record.InputRecord;

/**
 * Oracle over the committed records of all input topics, from the beginning. Each {@link
 * #readToEnd} reads on. Used by one thread.
 */
public final class TopicOracle implements AutoCloseable {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, PartitionOracle> partitions = new LinkedHashMap<>();

  /**
   * Reads nothing yet.
   *
   * @param partitionsPerTopic of every input topic
   * @param listeners give each partition its listener
   */
  public TopicOracle(
      String bootstrapServers,
      String topicPrefix,
      int partitionsPerTopic,
      Function<TopicPartition, PartitionOracle.Additions> listeners) {
    for (TopicPartition partition : BrokerTopics.inputs(topicPrefix, partitionsPerTopic)) {
      partitions.put(
          partition,
          new PartitionOracle(
              partition, topicPrefix, PartitionOracle.Rules.DEFAULTS, listeners.apply(partition)));
    }
    consumer = BrokerTopics.consumer(bootstrapServers, partitions.keySet());
  }

  /**
   * Reads everything that is committed now.
   *
   * @throws IllegalStateException if the broker gives no record for two minutes
   */
  public void readToEnd() {
    BrokerTopics.readToEnd(
        consumer,
        record ->
            partition(new TopicPartition(record.topic(), record.partition()))
                .read(InputRecord.of(record)));
  }

  /** The oracle of one partition. */
  public PartitionOracle partition(TopicPartition partition) {
    PartitionOracle oracle = partitions.get(partition);
    if (oracle == null) {
      throw new IllegalArgumentException(partition + " is not an input partition.");
    }
    return oracle;
  }

  /** All oracles. */
  public Collection<PartitionOracle> partitions() {
    return partitions.values();
  }

  /** The samples that {@code /metrics} must have now, see {@link ExpectedPage}. */
  public SortedMap<String, Double> samples(long nowMs) {
    return ExpectedPage.samples(partitions.values(), nowMs);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
