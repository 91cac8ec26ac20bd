package org.aragora.telemetry.processor.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.test.TestRecord;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.processor.pipeline.TestPipeline;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.oracle.ExpectedPage;
import org.aragora.telemetry.testbed.oracle.PartitionOracle;
import org.aragora.telemetry.testbed.oracle.record.InputRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile records through the whole topology, against a plain count of the same records. {@code
 * -Daragora.telemetry.fuzz.records} and {@code .seed} choose more or others.
 */
class HostileRecordsTest {
  private static final int RECORDS = Integer.getInteger("aragora.telemetry.fuzz.records", 10_000);
  private static final long SEED = Long.getLong("aragora.telemetry.fuzz.seed", 12);
  private static final int RECORDS_A_SECOND = 250;
  private static final String PREFIX = "aragora.";

  @TempDir Path directory;

  private final Map<InputTopic, PartitionOracle> oracles = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Long> sent = new EnumMap<>(InputTopic.class);
  private final CommittedMetrics committed = new CommittedMetrics();

  /** Offset and reason of each dead letter, by topic. */
  private final Map<String, Map<String, String>> deadLetters = new HashMap<>();

  @Test
  void everyRecordIsCountedADuplicateOrADeadLetterAndTheNumbersAreExact() {
    count(SEED, RECORDS, directory);
  }

  void count(long seed, int amount, Path stateDirectory) {
    for (InputTopic topic : InputTopic.values()) {
      oracles.put(
          topic,
          new PartitionOracle(
              new TopicPartition(topic.under(PREFIX), 0),
              PREFIX,
              PartitionOracle.Rules.DEFAULTS,
              PartitionOracle.Additions.NONE));
      sent.put(topic, 0L);
    }
    HostileRecords records = new HostileRecords(seed);
    try (TestPipeline pipeline = new TestPipeline(stateDirectory, true)) {
      for (int i = 0; i < amount; i++) {
        InputTopic topic = records.topic();
        TestRecord<byte[], byte[]> record = records.next(topic, pipeline.now());
        expect(topic, record);
        pipeline.send(topic, record);
        if (i % RECORDS_A_SECOND == 0) {
          pass(pipeline);
        }
      }
      pass(pipeline);
      while (pass(pipeline)) {
        // What a proposed end has changed is written out a second later.
      }
      long nowMs = pipeline.now().toEpochMilli();
      Map<String, Double> served = settled(Samples.of(pipeline.scrape()));
      Map<String, Double> expected =
          settled(
              new TreeMap<>(
                  ExpectedPage.samples(
                      oracles.values(), nowMs, committed.deletedParts()::contains)));
      accounts(served);
      PipelinePropertyTest.same(served, expected);
      assertThat(expected).hasSizeGreaterThan(1_000);
    }
  }

  private void expect(InputTopic topic, TestRecord<byte[], byte[]> record) {
    long offset = sent.merge(topic, 1L, Long::sum) - 1;
    oracles
        .get(topic)
        .read(
            new InputRecord(
                offset,
                record.timestamp(),
                record.key() == null ? 0 : record.key().length,
                record.headers(),
                record.value()));
  }

  /**
   * A second passes; what was written is taken out, and proposed ends are records of their own.
   * Returns true if there were some.
   */
  private boolean pass(TestPipeline pipeline) {
    long before = sent.get(InputTopic.DEBATES);
    pipeline.pass(Duration.ofSeconds(1));
    for (String topic : List.copyOf(pipeline.written())) {
      List<TestRecord<byte[], byte[]>> written = pipeline.read(topic);
      switch (topic.substring(Math.min(topic.length(), PREFIX.length()))) {
        case "debates" -> written.forEach(record -> expect(InputTopic.DEBATES, record));
        case "dead-letters" -> written.forEach(this::deadLetter);
        case "metrics" ->
            written.forEach(
                record -> committed.append(MetricsKey.fromBytes(record.key()), record.value()));
        default -> {}
      }
    }
    return sent.get(InputTopic.DEBATES) > before;
  }

  private void deadLetter(TestRecord<byte[], byte[]> record) {
    String topic = header(record.headers(), DeadLetterHeaders.TOPIC);
    deadLetters
        .computeIfAbsent(topic, any -> new TreeMap<>())
        .put(topic + "-" + header(record.headers(), DeadLetterHeaders.OFFSET), "bad");
  }

  private static String header(Headers headers, String name) {
    return new String(headers.lastHeader(name).value(), UTF_8);
  }

  /** In each topic read = counted + duplicates + dead letters, and those are the right ones. */
  private void accounts(Map<String, Double> served) {
    sent.forEach(
        (topic, count) -> {
          String name = topic.under(PREFIX);
          double outcomes =
              served.entrySet().stream()
                  .filter(
                      sample ->
                          sample.getKey().startsWith("aragora_telemetry_events_total")
                              && sample.getKey().contains("\"" + name + "\""))
                  .mapToDouble(Map.Entry::getValue)
                  .sum();
          assertThat(outcomes).as(name).isEqualTo(count.doubleValue());
          Map<String, String> expected = new TreeMap<>();
          oracles
              .get(topic)
              .invalidOffsets()
              .forEach(offset -> expected.put(name + "-" + offset, "bad"));
          PipelinePropertyTest.same(deadLetters.getOrDefault(name, new TreeMap<>()), expected);
          PartitionOracle.Figures figures = oracles.get(topic).figures();
          assertThat(figures.counted()).as("counted").isGreaterThan(count / 3);
          assertThat(figures.duplicates()).as("duplicates").isGreaterThan(count / 100);
          assertThat(figures.invalid()).as("dead letters").isGreaterThan(count / 20);
        });
  }

  /** Without gauges that depend on the clock of the scrape. */
  private static Map<String, Double> settled(Map<String, Double> samples) {
    Map<String, Double> settled = new TreeMap<>(samples);
    settled
        .keySet()
        .removeIf(
            sample ->
                sample.matches(
                    "(?s)aragora_(telemetry_lag_|telemetry_complete_|telemetry_unstable_|instance_up|websocket_connections|[a-z_]+_rate\\{).*"));
    settled.values().removeIf(value -> value == 0);
    return settled;
  }
}
