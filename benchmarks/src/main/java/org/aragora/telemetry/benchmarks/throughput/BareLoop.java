package org.aragora.telemetry.benchmarks.throughput;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.broker.BrokerTopics;

/** A program without guarantees: reads, decodes, counts by type in a map; one thread. */
public final class BareLoop {
  private BareLoop() {}

  /** Nanoseconds from the first record to the last of {@code events}. */
  public static long run(String bootstrapServers, String prefix, int partitions, int events) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "isolation.level",
            "read_committed",
            "enable.auto.commit",
            false,
            "max.poll.records",
            2000,
            "receive.buffer.bytes",
            1_048_576);
    EventCodec codec = JsonEventCodec.create();
    Map<EventType, Long> counts = new EnumMap<>(EventType.class);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all = BrokerTopics.inputs(prefix, partitions);
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long startNanos = 0;
      int read = 0;
      while (read < events) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          if (startNanos == 0) {
            startNanos = System.nanoTime();
          }
          InputTopic topic = InputTopic.byName(prefix, record.topic());
          if (topic == null
              || !(codec.decode(topic, record.value(), record.timestamp())
                  instanceof Decoded.Valid valid)) {
            throw new IllegalStateException("a record of the backlog is not a valid event");
          }
          counts.merge(valid.event().type(), 1L, Long::sum);
          read++;
        }
      }
      long nanos = System.nanoTime() - startNanos;
      long counted = counts.values().stream().mapToLong(Long::longValue).sum();
      if (counted != events) {
        throw new IllegalStateException(counted + " of " + events + " events were counted");
      }
      return nanos;
    }
  }
}
