package org.aragora.telemetry.processor.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.aragora.telemetry.processor.Pipe;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.oracle.ExpectedPage;
import org.aragora.telemetry.testbed.oracle.PartitionOracle;
import org.aragora.telemetry.testbed.oracle.record.InputRecord;
import org.aragora.telemetry.testbed.service.SeriesName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A random stream through a real broker, with processors that start before, between and after its
 * records and one that stops in between: {@code /metrics}, summed over them, equals the model of
 * the log.
 */
class ITRandomStream {
  private static final int EVENTS = 3000;
  private static final Duration EVERY_SECOND = Duration.ofSeconds(1);

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void everyInstanceServesTheExpectedValues(long seed) throws Exception {
    Logs logs = new Logs(new Random(seed));
    // Proposed ends get the broker's time. After a leap of months every labelled series would end,
    // and whether one has ended before it returns is a matter of timing.
    logs.nowMs = Instant.now().minus(Duration.ofHours(12)).toEpochMilli();
    for (int i = 0; i < EVENTS; i++) {
      logs.nowMs += logs.random.nextInt(2000);
      logs.appendSome();
    }
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      createInputs(logs, pipe);
      send(logs, pipe);
      setAppendTime(pipe);
      ProcessorService first = pipe.start();
      await().atMost(Pipe.PATIENCE).until(() -> !served(pipe).isEmpty());
      pipe.start();
      pipe.stop(first);
      pipe.start();
      await()
          .pollInterval(EVERY_SECOND) // a look reads all topics from their beginning
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> assertThat(served(pipe)).as("seed " + seed).isEqualTo(expected(pipe)));
      await()
          .pollDelay(Duration.ofSeconds(5))
          .pollInterval(EVERY_SECOND)
          .atMost(Pipe.PATIENCE)
          .untilAsserted(() -> assertThat(served(pipe)).as("still").isEqualTo(expected(pipe)));
    }
  }

  /** Record timestamps are the generator's, so that its append times are the topic's. */
  private static void createInputs(Logs logs, Pipe pipe) throws Exception {
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()))) {
      List<NewTopic> topics =
          logs.partitions().entrySet().stream()
              .map(
                  entry ->
                      new NewTopic(pipe.topic(entry.getKey().suffix()), entry.getValue(), (short) 1)
                          .configs(
                              Map.of(
                                  "message.timestamp.type", "CreateTime",
                                  "retention.ms", "-1",
                                  "max.message.bytes", "8388608")))
              .toList();
      admin.createTopics(topics).all().get();
    }
  }

  /** Sets what a processor requires; the records keep their timestamps. */
  private static void setAppendTime(Pipe pipe) throws Exception {
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()))) {
      Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
      for (InputTopic topic : InputTopic.values()) {
        changes.put(
            new ConfigResource(ConfigResource.Type.TOPIC, pipe.topic(topic.suffix())),
            List.of(
                new AlterConfigOp(
                    new ConfigEntry("message.timestamp.type", "LogAppendTime"),
                    AlterConfigOp.OpType.SET)));
      }
      admin.incrementalAlterConfigs(changes).all().get();
    }
  }

  /** Sends every partition's log. */
  private static void send(Logs logs, Pipe pipe) {
    logs.entries.forEach(
        (partition, entries) -> {
          for (Logs.Entry entry : entries) {
            pipe.send(
                new ProducerRecord<>(
                    pipe.topic(partition.topic().suffix()),
                    partition.partition(),
                    entry.appendMs(),
                    entry.key(),
                    entry.value()));
          }
        });
  }

  /** Values of the oracle for all records in the log now, the processor's proposals included. */
  private static Map<String, Double> expected(Pipe pipe) {
    Map<TopicPartition, PartitionOracle> oracles = new HashMap<>();
    for (InputTopic topic : InputTopic.values()) {
      for (ConsumerRecord<byte[], byte[]> record : pipe.read(topic.suffix())) {
        oracles
            .computeIfAbsent(
                new TopicPartition(record.topic(), record.partition()),
                partition ->
                    new PartitionOracle(
                        partition,
                        pipe.topic(""),
                        PartitionOracle.Rules.DEFAULTS,
                        PartitionOracle.Additions.NONE))
            .read(InputRecord.of(record));
      }
    }
    return settled(ExpectedPage.samples(oracles.values(), 0));
  }

  private static Map<String, Double> served(Pipe pipe) {
    Map<String, Double> samples = new TreeMap<>();
    pipe.page()
        .shared()
        .forEach((series, value) -> samples.put(SeriesName.parse(series).toString(), value));
    return settled(samples);
  }

  /** Removes the samples that depend on the clock or on offsets. */
  private static Map<String, Double> settled(Map<String, Double> samples) {
    Map<String, Double> settled = new TreeMap<>();
    samples.forEach(
        (series, value) -> {
          boolean clock =
              series.startsWith("aragora_telemetry_lag_")
                  || series.startsWith("aragora_telemetry_complete_")
                  || series.startsWith("aragora_telemetry_consumed_")
                  || series.startsWith("aragora_telemetry_producer_dropped_") // names topics
                  || series.startsWith("aragora_instance_up")
                  || series.startsWith("aragora_websocket_connections")
                  || series.contains("_rate{");
          if (!clock && value != 0) {
            settled.put(series, value);
          }
        });
    return settled;
  }
}
