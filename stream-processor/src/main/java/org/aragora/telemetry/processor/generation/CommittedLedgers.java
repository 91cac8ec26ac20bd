package org.aragora.telemetry.processor.generation;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.topic.TopicSpec;

/** Reads the committed ledgers of a metrics topic. Not thread-safe. */
final class CommittedLedgers implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final Map<InputPartition, Ledger> ledgers = new HashMap<>();

  CommittedLedgers(ProcessorConfig config, TopicSpec metrics, int partitions) {
    consumer = consumer(config, "ledgers");
    partition =
        new TopicPartition(
            metrics.under(config.topicPrefix()), MetricsKey.topicTimePartition(partitions));
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
  }

  /** Creates a consumer of committed records, without a group. */
  static Consumer<byte[], byte[]> consumer(ProcessorConfig config, String purpose) {
    Map<String, Object> settings = config.clientSettings();
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, config.applicationId() + "-" + purpose);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** All ledgers of a generation; none if it has no metrics topic. */
  static Map<InputPartition, Ledger> readAll(
      ProcessorConfig config, Generation generation, Admin admin)
      throws ExecutionException, InterruptedException {
    var partitions = Deployment.partitions(admin, generation.metrics().under(config.topicPrefix()));
    if (partitions.isEmpty()) {
      return Map.of();
    }
    try (CommittedLedgers reader =
        new CommittedLedgers(config, generation.metrics(), partitions.getAsInt())) {
      return reader.readTo(end(admin, reader.partition));
    }
  }

  /** The end includes open transactions; those of a killed process end within their timeout. */
  private static long end(Admin admin, TopicPartition of)
      throws ExecutionException, InterruptedException {
    return admin.listOffsets(Map.of(of, OffsetSpec.latest())).partitionResult(of).get().offset();
  }

  private Map<InputPartition, Ledger> readTo(long end) {
    long untilNanos = System.nanoTime() + PATIENCE.toNanos();
    while (consumer.position(partition, PATIENCE) < end) {
      read(POLL);
      if (System.nanoTime() - untilNanos > 0) {
        throw new TimeoutException(partition + " could not be read to its end in time");
      }
    }
    return ledgers;
  }

  /** Reads on and returns all ledgers that were read so far; live. */
  Map<InputPartition, Ledger> read(Duration atMost) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(atMost)) {
      if (record.value() != null
          && MetricsKey.find(record.key()).orElse(null) instanceof MetricsKey.LedgerOf of) {
        ledgers.put(of.task(), Ledger.read(new BinaryReader(record.value())));
      }
    }
    return ledgers;
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
