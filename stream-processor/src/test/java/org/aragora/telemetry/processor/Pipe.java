package org.aragora.telemetry.processor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.testbed.broker.PlainClient;
import org.aragora.telemetry.testbed.service.MetricsPage;

/**
 * A deployment of its own on a broker: its topics, its processors, and a plain producer and
 * consumer.
 */
public final class Pipe implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, Object> streams = new HashMap<>();
  private final String prefix;
  private final List<ProcessorService> processors = new ArrayList<>();
  private final PlainClient client;

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
    Map<String, Object> clients = new HashMap<>(security);
    clients.put("bootstrap.servers", bootstrapServers);
    client = new PlainClient(clients);
  }

  Pipe with(String setting, String value) {
    environment.put("ARAGORA_TELEMETRY_" + setting, value);
    return this;
  }

  /** Sets what a user cannot set. */
  Pipe withStreams(String setting, Object value) {
    streams.put(setting, value);
    return this;
  }

  Map<String, String> environment() {
    return environment;
  }

  public ProcessorService start() {
    ProcessorService processor =
        ProcessorService.start(ProcessorConfig.read(environment).withStreamsOverrides(streams));
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
    return client.send(record);
  }

  /** Returns what is committed in a topic now. */
  public List<ConsumerRecord<byte[], byte[]>> read(String suffix) {
    return client.read(topic(suffix));
  }

  public MetricsPage page() {
    return MetricsPage.of(processors.stream().mapToInt(ProcessorService::metricsPort).toArray());
  }

  public void stop(ProcessorService processor) {
    processor.close();
    processors.remove(processor);
  }

  @Override
  public void close() {
    List.copyOf(processors).forEach(this::stop);
    client.close();
  }
}
