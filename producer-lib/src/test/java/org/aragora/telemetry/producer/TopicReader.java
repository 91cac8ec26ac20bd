package org.aragora.telemetry.producer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Records of a topic. */
final class TopicReader {
  private TopicReader() {}

  /** Everything from the beginning to the end of now. */
  static List<ConsumerRecord<byte[], byte[]>> all(String bootstrapServers, String topic) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      return records;
    }
  }

  /** Number of copies of each (epoch, partition, seq), with its event. */
  static Map<String, List<Event>> byNumber(
      List<ConsumerRecord<byte[], byte[]>> records, InputTopic topic) {
    Map<String, List<Event>> events = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Event event = Broker.event(topic, record.value());
      String number =
          event.sequence().epoch() + "/" + record.partition() + "/" + event.sequence().seq();
      events.computeIfAbsent(number, n -> new ArrayList<>()).add(event);
    }
    return events;
  }
}
