package org.aragora.telemetry.chassis.topics;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads a topic of one partition from its beginning on. Not thread-safe. */
public final class TopicLog implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;

  /** {@code consumer}: of no group; closed with this. */
  public TopicLog(Consumer<byte[], byte[]> consumer, String topic) {
    this.consumer = consumer;
    this.partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
  }

  /** Opens it with a consumer of its own. {@code clientSettings}: those of every Kafka client. */
  public static TopicLog open(Map<String, Object> clientSettings, String topic, String clientId) {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return new TopicLog(
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
        topic);
  }

  /** Returns true if the topic exists. */
  public boolean isThere(Duration patience) {
    List<PartitionInfo> found = consumer.partitionsFor(partition.topic(), patience);
    return found != null && !found.isEmpty();
  }

  /**
   * Reads on to the end that the topic has when it is asked.
   *
   * @param patience how long that may take
   * @param reader gets key and value of each record, in order; both may be null
   * @throws org.apache.kafka.common.KafkaException if the topic is not there or cannot be read
   */
  public void read(Duration patience, BiConsumer<byte @Nullable [], byte @Nullable []> reader) {
    long untilNanos = System.nanoTime() + patience.toNanos();
    Long end = consumer.endOffsets(List.of(partition), patience).get(partition);
    while (end != null && consumer.position(partition, patience) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        reader.accept(record.key(), record.value());
      }
      if (System.nanoTime() - untilNanos > 0) {
        throw new TimeoutException(partition.topic() + " could not be read to its end in time");
      }
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
