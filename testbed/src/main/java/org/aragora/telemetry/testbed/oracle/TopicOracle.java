package org.aragora.telemetry.testbed.oracle;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * Oracle over the committed records of all input topics, from the beginning. Each {@link
 * #readToEnd} reads on. Used by one thread.
 */
public final class TopicOracle implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long STALLED_SECONDS = 120;

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
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                5000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    for (InputTopic topic : InputTopic.values()) {
      for (int i = 0; i < partitionsPerTopic; i++) {
        TopicPartition partition = new TopicPartition(topic.under(topicPrefix), i);
        partitions.put(
            partition,
            new PartitionOracle(
                partition,
                topicPrefix,
                PartitionOracle.Rules.DEFAULTS,
                listeners.apply(partition)));
      }
    }
    consumer.assign(partitions.keySet());
  }

  /**
   * Reads everything that is committed now.
   *
   * @throws IllegalStateException if the broker gives no record for two minutes
   */
  public void readToEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions.keySet());
    long progressNanos = System.nanoTime();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        progressNanos = System.nanoTime();
        partition(new TopicPartition(record.topic(), record.partition()))
            .read(record.offset(), record.timestamp(), record.value());
      }
      if (System.nanoTime() - progressNanos > TimeUnit.SECONDS.toNanos(STALLED_SECONDS)) {
        throw new IllegalStateException(
            "The input topics could not be read to their end: no record for 120 s.");
      }
    }
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
