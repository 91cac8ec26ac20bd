package org.aragora.telemetry.replay.read;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Creates consumers that leave no trace: they have no group and commit nothing. */
public final class Consumers {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long STALLED_NANOS = Duration.ofSeconds(90).toNanos();

  private final Map<String, Object> settings;

  /** {@code clientSettings}: settings of every Kafka client of the service. */
  public Consumers(Map<String, Object> clientSettings) {
    settings = new HashMap<>(clientSettings);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000);
    settings.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 * 1024 * 1024);
    settings.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 * 1024 * 1024);
    settings.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1024 * 1024);
    settings.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
  }

  /** A consumer of committed records only. */
  public Consumer<byte[], byte[]> committed(String name) {
    return create(name, "read_committed");
  }

  /** A consumer for the ends of partitions, open transactions included. */
  public Consumer<byte[], byte[]> uncommitted(String name) {
    return create(name, "read_uncommitted");
  }

  /**
   * Reads on from the positions of an assigned consumer until it has passed the ends.
   *
   * @throws ReplayException if an open transaction holds it up for too long
   */
  public static void readTo(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, Long> ends,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> action) {
    long movedNanos = System.nanoTime();
    Map<TopicPartition, Long> left = new HashMap<>(ends);
    while (true) {
      left.entrySet().removeIf(end -> consumer.position(end.getKey(), PATIENCE) >= end.getValue());
      if (left.isEmpty()) {
        return;
      }
      long before = positions(consumer, left);
      consumer.poll(POLL).forEach(action);
      if (positions(consumer, left) > before) {
        movedNanos = System.nanoTime();
      } else if (System.nanoTime() - movedNanos > STALLED_NANOS) {
        throw new ReplayException(
            "Nothing more can be read from %s; a transaction in it has been open for too long."
                .formatted(left.keySet().iterator().next()));
      }
    }
  }

  private static long positions(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> of) {
    return of.keySet().stream().mapToLong(p -> consumer.position(p, PATIENCE)).sum();
  }

  private Consumer<byte[], byte[]> create(String name, String isolation) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(ConsumerConfig.CLIENT_ID_CONFIG, "aragora-replay-" + name);
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
