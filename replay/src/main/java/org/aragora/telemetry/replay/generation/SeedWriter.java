package org.aragora.telemetry.replay.generation;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.replay.read.ReplayException;
import org.jspecify.annotations.Nullable;

/** Writes to the topics of one generation, each key where the processor would. Thread-safe. */
final class SeedWriter {
  private final Producer<byte[], byte[]> producer;
  private final GenerationTopics topics;
  private final Generation generation;
  private final String metrics;
  private final String windows;
  private final int partitions;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /** {@code partitions}: of the metrics topic and of the windows topic. */
  SeedWriter(
      Producer<byte[], byte[]> producer,
      GenerationTopics topics,
      Generation generation,
      String topicPrefix,
      int partitions) {
    this.producer = producer;
    this.topics = topics;
    this.generation = generation;
    this.metrics = generation.metrics().under(topicPrefix);
    this.windows = generation.metricsWindows().under(topicPrefix);
    this.partitions = partitions;
  }

  void window(WindowKey key, byte[] value) {
    send(windows, key.partition(partitions), key.toBytes(), value);
  }

  void metric(MetricsKey key, byte[] value) {
    send(metrics, key.partition(partitions), key.toBytes(), value);
  }

  /** An entry of the store of a stage. */
  void entry(Changelogs.Stage stage, InputPartition of, byte[] key, byte[] value) {
    send(topics.changelog(generation, stage, of.topic()), of.partition(), key, value);
  }

  private void send(String topic, int partition, byte[] key, byte[] value) {
    var unused =
        producer.send(
            new ProducerRecord<>(topic, partition, key, value),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
  }

  /** Waits for everything that was sent. */
  void flush() {
    producer.flush();
    check();
  }

  /**
   * Checks the writes so far.
   *
   * @throws ReplayException if one has failed
   */
  void check() {
    Exception e = failure.get();
    if (e != null) {
      throw new ReplayException(
          "Generation %1$d could not be written (%2$s); nothing uses it. Remove it with 'bin/telemetry replay discard %1$d' and try again."
              .formatted(generation.number(), e.getMessage()),
          e);
    }
  }
}
