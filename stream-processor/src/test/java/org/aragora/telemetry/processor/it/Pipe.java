package org.aragora.telemetry.processor.it;

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
import org.aragora.telemetry.processor.Processor;
import org.aragora.telemetry.processor.ProcessorConfig;

/**
 * A deployment of its own on a broker: its topics, its processors, and a plain producer and
 * consumer.
 */
public final class Pipe implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, Object> clients = new HashMap<>();
  private final String prefix;
  private final List<Processor> processors = new ArrayList<>();
  private final KafkaProducer<byte[], byte[]> producer;

  public Pipe(String bootstrapServers, String prefix) {
    this(bootstrapServers, prefix, Map.of());
  }

  /** {@code security}: client settings by Kafka's names. */
  Pipe(String bootstrapServers, String prefix, Map<String, String> security) {
    this.prefix = prefix;
    environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix);
    environment.put("ARAGORA_TELEMETRY_APPLICATION_ID", prefix + "processor");
    environment.put("ARAGORA_TELEMETRY_PARTITIONS", "2");
    environment.put("ARAGORA_TELEMETRY_BIRTH_SECONDS", "0");
    environment.put("ARAGORA_TELEMETRY_COMMIT_INTERVAL_MS", "200");
    environment.put("METRICS_PORT", "0");
    security.forEach(
        (name, value) -> environment.put("KAFKA_" + name.toUpperCase().replace('.', '_'), value));
    clients.putAll(security);
    clients.put("bootstrap.servers", bootstrapServers);
    Map<String, Object> settings = new HashMap<>(clients);
    settings.put("max.request.size", 64 * 1024 * 1024);
    settings.put("buffer.memory", 128 * 1024 * 1024);
    settings.put("compression.type", "zstd");
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  Pipe with(String setting, String value) {
    environment.put("ARAGORA_TELEMETRY_" + setting, value);
    return this;
  }

  Map<String, String> environment() {
    return environment;
  }

  public Processor start() {
    Processor processor = Processor.start(ProcessorConfig.read(environment));
    processors.add(processor);
    return processor;
  }

  public String topic(String suffix) {
    return prefix + suffix;
  }

  RecordMetadata send(String suffix, Integer partition, byte[] key, byte[] value) {
    return send(new ProducerRecord<>(topic(suffix), partition, key, value));
  }

  public RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** What is committed in a topic now. */
  public List<ConsumerRecord<byte[], byte[]>> read(String suffix) {
    Map<String, Object> settings = new HashMap<>(clients);
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", false);
    settings.put("fetch.max.bytes", 64 * 1024 * 1024);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic(suffix)).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  public MetricsPage page() {
    return MetricsPage.of(processors.stream().mapToInt(Processor::metricsPort).toArray());
  }

  public void stop(Processor processor) {
    processor.close();
    processors.remove(processor);
  }

  @Override
  public void close() {
    List.copyOf(processors).forEach(this::stop);
    producer.close(Duration.ZERO);
  }
}
