package org.aragora.telemetry.testbed.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer and a reader of bytes, for tests that write what no library of ours would. */
public final class PlainClient implements AutoCloseable {
  private static final int MAX_BYTES = 64 * 1024 * 1024;

  private final Map<String, Object> settings;
  private final KafkaProducer<byte[], byte[]> producer;

  /** {@code settings}: Kafka client settings, {@code bootstrap.servers} among them. */
  public PlainClient(Map<String, Object> settings) {
    this.settings = Map.copyOf(settings);
    Map<String, Object> forProducer = new HashMap<>(settings);
    forProducer.put("max.request.size", MAX_BYTES);
    forProducer.put("buffer.memory", 2 * MAX_BYTES);
    forProducer.put("compression.type", "zstd");
    // More could lose the first batch of a new topic.
    forProducer.put("max.in.flight.requests.per.connection", 1);
    producer =
        new KafkaProducer<>(forProducer, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Sends a record and waits for its acknowledgement.
   *
   * @throws IllegalStateException if the broker refuses it or the thread is interrupted
   */
  public RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the broker refused a record: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Returns all records of a topic that are committed now, in the order of each partition. */
  public List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    Map<String, Object> forConsumer = new HashMap<>(settings);
    forConsumer.put("isolation.level", "read_committed");
    forConsumer.put("enable.auto.commit", false);
    forConsumer.put("fetch.max.bytes", MAX_BYTES);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            forConsumer, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      BrokerTopics.readToEnd(consumer, records::add);
    }
    return records;
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
