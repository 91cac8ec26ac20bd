package org.aragora.telemetry.processor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.StreamsConfig;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.processor.settings.ProcessorConfig;

/**
 * The processor with one guarantee broken on purpose, for the chaos harness's self-test. Not part
 * of the shipped processor.
 *
 * <p>Argument: {@code at-least-once}, {@code uncommitted} or {@code no-dedupe}.
 */
public final class SabotagedProcessor {

  private SabotagedProcessor() {}

  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    ServiceLogging.configure(environment);
    ProcessorService processor =
        ProcessorService.start(
            ProcessorConfig.read(environment).withStreamsOverrides(overrides(arguments[0])));
    Runtime.getRuntime().addShutdownHook(new Thread(processor::close, "aragora-stop"));
    processor.stopped().join();
  }

  private static Map<String, Object> overrides(String sabotage) {
    return switch (sabotage) {
      case "at-least-once" ->
          Map.of(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
      case "uncommitted" ->
          Map.of(
              StreamsConfig.mainConsumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG),
              "read_uncommitted");
      case "no-dedupe" ->
          Map.of(
              StreamsConfig.mainConsumerPrefix(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG),
              NumberRemover.class.getName());
      default -> throw new IllegalArgumentException("There is no sabotage " + sabotage + ".");
    };
  }

  /** Removes the number by which duplicates are recognized. */
  public static final class NumberRemover implements ConsumerInterceptor<byte[], byte[]> {

    @Override
    @SuppressWarnings("NullAway") // records without a value stay as they are
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
      Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> changed = new HashMap<>();
      for (TopicPartition partition : records.partitions()) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
          all.add(withoutNumber(record));
        }
        changed.put(partition, all);
      }
      return new ConsumerRecords<>(changed, records.nextOffsets());
    }

    @SuppressWarnings("NullAway")
    private static ConsumerRecord<byte[], byte[]> withoutNumber(
        ConsumerRecord<byte[], byte[]> record) {
      if (record.value() == null || record.topic().endsWith(".metrics")) {
        return record;
      }
      byte[] value =
          new String(record.value(), StandardCharsets.ISO_8859_1)
              .replace("\"seq\":", "\"was\":")
              .getBytes(StandardCharsets.ISO_8859_1);
      return new ConsumerRecord<>(
          record.topic(),
          record.partition(),
          record.offset(),
          record.timestamp(),
          record.timestampType(),
          record.serializedKeySize(),
          value.length,
          record.key(),
          value,
          record.headers(),
          record.leaderEpoch());
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
      // nothing to do
    }

    @Override
    public void close() {
      // nothing to do
    }

    @Override
    public void configure(Map<String, ?> settings) {
      // nothing to set
    }
  }
}
