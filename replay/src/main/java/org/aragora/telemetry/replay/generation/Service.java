package org.aragora.telemetry.replay.generation;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.topics.ConsumerGroups;
import org.aragora.telemetry.chassis.topics.TopicLog;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.GenerationRecord;
import org.aragora.telemetry.counting.generation.Generations;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;

/**
 * The service of the generations, and the clients to reach it with.
 *
 * @param clientSettings of every Kafka client
 * @param topicPrefix prefix of the names of all topics
 * @param applicationId as the settings name it
 * @param clock for the times in records
 */
public record Service(
    Map<String, Object> clientSettings, String topicPrefix, String applicationId, Clock clock) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MAX_REQUEST_BYTES = 10 * 1024 * 1024;

  public Service {
    clientSettings = Map.copyOf(clientSettings);
  }

  /** The generations of the service; only the first if the generations topic is missing. */
  public Generations generations() {
    AtomicReference<Generations> known = new AtomicReference<>(Generations.NONE);
    String topic = Topics.GENERATIONS.under(topicPrefix);
    try (TopicLog log = TopicLog.open(clientSettings, topic, "aragora-replay-generations")) {
      if (log.isThere(PATIENCE)) {
        log.read(
            PATIENCE,
            (key, value) ->
                GenerationRecord.find(key, value)
                    .ifPresent(record -> known.updateAndGet(g -> g.with(record))));
      }
    }
    return Objects.requireNonNull(known.get());
  }

  /** Members of the group that counts into a generation. */
  List<String> members(Admin admin, Generation generation)
      throws ExecutionException, InterruptedException, TimeoutException {
    return new ConsumerGroups(admin)
        .members(generation.applicationId(applicationId)).stream()
            .map(ConsumerGroups.Member::toString)
            .toList();
  }

  /** The offset after the last record that a generation has counted, by input partition. */
  Map<InputPartition, Long> committed(Admin admin, Generation generation)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<InputPartition, Long> offsets = new HashMap<>();
    new ConsumerGroups(admin)
        .committed(generation.applicationId(applicationId))
        .forEach(
            (partition, offset) -> {
              // The group reads its own metrics topic too.
              InputTopic topic = InputTopic.byName(topicPrefix, partition.topic());
              if (topic != null) {
                offsets.put(new InputPartition(topic, partition.partition()), offset);
              }
            });
    return offsets;
  }

  TopicPartition topicPartition(InputPartition of) {
    return new TopicPartition(of.topic().under(topicPrefix), of.partition());
  }

  /** Work with the cluster. */
  interface Work<T> {
    T run(Admin admin, Producer<byte[], byte[]> producer)
        throws ExecutionException, InterruptedException, TimeoutException;
  }

  /**
   * Does work with clients that live as long as the work.
   *
   * @param failure sentence of the exception if the cluster fails, with a place for the cause
   */
  <T> T with(String failure, Work<T> work) {
    try (Admin admin = admin();
        Producer<byte[], byte[]> producer = producer()) {
      return work.run(admin, producer);
    } catch (ExecutionException | TimeoutException e) {
      throw new ReplayException(
          failure.formatted(e.getCause() == null ? e.toString() : e.getCause().getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ReplayException("Interrupted.", e);
    }
  }

  private Admin admin() {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.put(AdminClientConfig.CLIENT_ID_CONFIG, "aragora-replay-admin");
    return Admin.create(settings);
  }

  private Producer<byte[], byte[]> producer() {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "aragora-replay-writer");
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    // More could lose the first batch of a new topic: see producer-lib/RATIONALE.md.
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    settings.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 20);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Writes a record to the generations topic and waits for the acknowledgement. */
  void write(Producer<byte[], byte[]> producer, GenerationRecord record)
      throws InterruptedException {
    String topic = Topics.GENERATIONS.under(topicPrefix);
    try {
      producer.send(new ProducerRecord<>(topic, 0, record.key(), record.value())).get();
    } catch (ExecutionException e) {
      throw new ReplayException(
          "%s could not be written to (%s); nothing has changed."
              .formatted(topic, e.getCause() == null ? e : e.getCause().getMessage()),
          e);
    }
  }
}
