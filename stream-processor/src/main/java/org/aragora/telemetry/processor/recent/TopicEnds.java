package org.aragora.telemetry.processor.recent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;

/**
 * Reader of the committed records at the ends of the input topics and of the dead letters. However
 * much is written, it reads a few of each partition: what lies between is left out. It is in no
 * group.
 */
public final class TopicEnds implements AutoCloseable {
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int POLLS = 5;
  private static final int EVENTS_AT_ONCE = 20;

  /** Markers of transactions take offsets, too. */
  private static final int DEAD_LETTERS_AT_ONCE = 100;

  private final Consumer<byte[], byte[]> consumer;
  private final String prefix;
  private final String deadLetters;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private List<TopicPartition> partitions = List.of();

  /** A record that was read. */
  record Read(boolean isDeadLetter, RecentRecord record) {}

  TopicEnds(Consumer<byte[], byte[]> consumer, String prefix) {
    this.consumer = consumer;
    this.prefix = prefix;
    this.deadLetters = Topics.DEAD_LETTERS.under(prefix);
  }

  /** Opens a reader with the client settings of the processor. */
  public static TopicEnds open(ProcessorConfig config) {
    Map<String, Object> settings = new HashMap<>(config.clientSettings());
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, config.applicationId() + "-page");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 65_536);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 1_048_576);
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    settings.remove(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
    settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
    return new TopicEnds(
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
        config.topicPrefix());
  }

  /** Reads what has come to the ends since the last call, in the order of append times. */
  List<Read> read() {
    if (partitions.isEmpty()) {
      partitions = partitions();
      consumer.assign(partitions);
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ANSWERS_WITHIN);
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions, ANSWERS_WITHIN);
    ends.forEach(
        (partition, end) -> {
          int most = isDeadLetter(partition) ? DEAD_LETTERS_AT_ONCE : EVENTS_AT_ONCE;
          long from = Math.max(end - most, beginnings.getOrDefault(partition, 0L));
          long known = positions.getOrDefault(partition, from);
          // A topic that was made again begins at 0.
          consumer.seek(partition, known > end ? from : Math.max(from, known));
        });
    List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
    for (int i = 0; i < POLLS && isBehind(ends); i++) {
      consumer.poll(POLL).forEach(read::add);
    }
    partitions.forEach(partition -> positions.put(partition, consumer.position(partition)));
    read.sort(Comparator.comparingLong(ConsumerRecord::timestamp));
    return read.stream().map(this::shown).toList();
  }

  private boolean isBehind(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
  }

  private Read shown(ConsumerRecord<byte[], byte[]> record) {
    InputTopic topic = InputTopic.byName(prefix, record.topic());
    return topic == null
        ? new Read(true, RecentRecord.deadLetter(record))
        : new Read(false, RecentRecord.event(topic, record));
  }

  private boolean isDeadLetter(TopicPartition partition) {
    return partition.topic().equals(deadLetters);
  }

  private List<TopicPartition> partitions() {
    List<String> names = new ArrayList<>(List.of(deadLetters));
    for (InputTopic topic : InputTopic.values()) {
      names.add(topic.under(prefix));
    }
    List<TopicPartition> found = new ArrayList<>();
    for (String name : names) {
      for (PartitionInfo partition : consumer.partitionsFor(name, ANSWERS_WITHIN)) {
        found.add(new TopicPartition(name, partition.partition()));
      }
    }
    return found;
  }

  @Override
  public void close() {
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofMillis(500)));
  }
}
