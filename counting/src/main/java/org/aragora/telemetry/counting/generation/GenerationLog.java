package org.aragora.telemetry.counting.generation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.schemas.topic.Topics;

/** Reads the generations topic. Not thread-safe. */
public final class GenerationLog implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private Generations known = Generations.NONE;

  /** {@code consumer}: of no group; closed with this. */
  public GenerationLog(Consumer<byte[], byte[]> consumer, String topicPrefix) {
    this.consumer = consumer;
    this.partition = new TopicPartition(Topics.GENERATIONS.under(topicPrefix), 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
  }

  /** Opens it with a consumer of its own. {@code clientSettings}: those of every Kafka client. */
  public static GenerationLog open(
      Map<String, Object> clientSettings, String topicPrefix, String clientId) {
    Map<String, Object> settings = new java.util.HashMap<>(clientSettings);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return new GenerationLog(
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
        topicPrefix);
  }

  /** Returns true if the topic exists. */
  public boolean isThere(Duration patience) {
    List<PartitionInfo> found = consumer.partitionsFor(partition.topic(), patience);
    return found != null && !found.isEmpty();
  }

  /**
   * Reads to the end that the topic has when it is asked.
   *
   * @param patience how long that may take
   * @throws org.apache.kafka.common.KafkaException where the topic is not there or cannot be read
   */
  public Generations read(Duration patience) {
    long untilNanos = System.nanoTime() + patience.toNanos();
    Long end = consumer.endOffsets(List.of(partition), patience).get(partition);
    while (end != null && consumer.position(partition, patience) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        known = known.with(GenerationRecord.of(record.key(), record.value()));
      }
      if (System.nanoTime() - untilNanos > 0) {
        throw new TimeoutException(partition.topic() + " could not be read to its end in time");
      }
    }
    return known;
  }

  @Override
  public void close() {
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
  }
}
