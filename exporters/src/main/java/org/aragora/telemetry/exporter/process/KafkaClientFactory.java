package org.aragora.telemetry.exporter.process;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the Kafka clients of an exporter with the user's settings and those of its guarantees. */
final class KafkaClientFactory {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaClientFactory.class);

  private final Map<String, Object> consumer;
  private final Map<String, Object> producer;

  KafkaClientFactory(Settings settings, String exporter) {
    KafkaClientSettings given = settings.kafka(ConsumerConfig.configNames(), Set.of());
    given.warnings().forEach(LOG::warn);
    consumer = consumer(given.values(), exporter);
    producer = producer(settings.kafka(ProducerConfig.configNames(), Set.of()).values(), exporter);
  }

  private static Map<String, Object> consumer(Map<String, String> given, String exporter) {
    Map<String, Object> config = new HashMap<>();
    config.put(CommonClientConfigs.CLIENT_ID_CONFIG, "aragora-" + exporter);
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000);
    config.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
    config.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, 30_000);
    config.putAll(given);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return config;
  }

  private static Map<String, Object> producer(Map<String, String> given, String exporter) {
    Map<String, Object> config = new HashMap<>();
    config.put(CommonClientConfigs.CLIENT_ID_CONFIG, "aragora-%s-dead-letters".formatted(exporter));
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 9 << 20);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5000);
    config.putAll(given);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    // Without a permission to write, an idempotent producer asks for its id a thousand times a
    // second.
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
    // More could lose the first batch of a new topic: see producer-lib/RATIONALE.md.
    config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return config;
  }

  /** Opens a consumer outside any group. */
  Consumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(consumer);
  }

  /** Opens a member of a group. */
  Consumer<byte[], byte[]> member(String groupId) {
    Map<String, Object> config = new HashMap<>(consumer);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    Object protocol = config.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
    if (!"consumer".equalsIgnoreCase(String.valueOf(protocol))) {
      config.putIfAbsent(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
    }
    return new KafkaConsumer<>(config);
  }

  /** Opens a client of the brokers' offsets. */
  Admin admin() {
    Map<String, Object> config = new HashMap<>(consumer);
    config.keySet().retainAll(AdminClientConfig.configNames());
    return Admin.create(config);
  }

  /** Opens the producer of dead letters. */
  Producer<byte[], byte[]> producer() {
    return new KafkaProducer<>(producer);
  }
}
