package org.aragora.telemetry.doctor.stack;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** The newest records of the topic that instances write their log events to, read once. */
public final class LogTopic {
  private static final int PER_PARTITION = 50;

  /**
   * A record of the topic.
   *
   * @param place partition and offset, for a sentence
   */
  public record Line(String place, Decoded decoded) {}

  private final Map<String, String> settings;
  private final String topic;
  private final Duration timeout;
  private final Memoized<List<Line>> lines = new Memoized<>(this::read);

  /** Reads nothing yet; {@code timeout} bounds every step of the reading. */
  public LogTopic(Map<String, String> settings, String topicPrefix, Duration timeout) {
    this.settings = settings;
    this.topic = InputTopic.LOGS.under(topicPrefix);
    this.timeout = timeout;
  }

  /** Its full name. */
  public String name() {
    return topic;
  }

  /** The newest lines of every partition, empty if the topic is. */
  public List<Line> newest() throws NoAnswerException, InterruptedException {
    return lines.get();
  }

  private List<Line> read() throws NoAnswerException {
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config())) {
      List<PartitionInfo> found = consumer.partitionsFor(topic, timeout);
      if (found == null || found.isEmpty()) {
        throw new NoAnswerException(
            "Kafka has no topic " + topic + ".",
            "Create the topics: bin/telemetry topics create (ARAGORA_TELEMETRY_TOPIC_PREFIX is"
                + " their prefix).");
      }
      List<TopicPartition> partitions =
          found.stream().map(p -> new TopicPartition(p.topic(), p.partition())).toList();
      return tail(consumer, partitions);
    } catch (TopicAuthorizationException e) {
      throw new NoAnswerException(
          "Not authorized: this user lacks Read on the topic " + topic + ".",
          "Permit it; docs/how-to/operate.md has the table of permissions.");
    } catch (KafkaException e) {
      throw new NoAnswerException(
          "Kafka does not answer at %s (%s)."
              .formatted(settings.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG), e.getMessage()),
          "Start it, or set KAFKA_BOOTSTRAP_SERVERS and its security settings.");
    }
  }

  private List<Line> tail(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
    consumer.assign(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, timeout);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, timeout);
    ends.forEach(
        (partition, end) ->
            consumer.seek(
                partition, Math.max(begins.getOrDefault(partition, 0L), end - PER_PARTITION)));
    EventCodec codec = JsonEventCodec.create();
    List<Line> read = new ArrayList<>();
    long deadline = System.nanoTime() + timeout.toNanos();
    while (ends.entrySet().stream()
            .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())
        && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        read.add(
            new Line(
                "partition %d, offset %d".formatted(record.partition(), record.offset()),
                codec.decode(
                    InputTopic.LOGS,
                    record.key(),
                    record.headers(),
                    record.value(),
                    record.timestamp())));
      }
    }
    return List.copyOf(read);
  }

  private Map<String, Object> config() {
    Map<String, Object> config = new HashMap<>(settings);
    int millis = (int) timeout.toMillis();
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return config;
  }
}
