package org.aragora.telemetry.processor.pipeline;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.aragora.telemetry.processor.serve.SeriesCollector;
import org.aragora.telemetry.processor.serve.ServeProcessor;
import org.aragora.telemetry.processor.serve.ServeSettings;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** The whole topology in Kafka's test driver: one partition a topic, everything read at once. */
public final class TestPipeline implements AutoCloseable {
  public static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

  private static final ServeProcessor.Announcement ANNOUNCEMENT =
      new ServeProcessor.Announcement(
          1,
          new OwnerValue.Service("test", 0, 1, Map.of()),
          () -> true,
          Duration.ofSeconds(10),
          by -> {});

  private final MetricsView view = new MetricsView(thread -> true);
  private final TopologyTestDriver driver;
  private Instant now = START;
  private final Map<InputTopic, Long> sentNanos = new HashMap<>();
  private final Map<InputTopic, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();

  public TestPipeline(Path stateDir, boolean proposesEnds) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    driver = new TopologyTestDriver(topology(proposesEnds).get(), properties, START);
  }

  private PipelineTopology topology(boolean proposesEnds) {
    return new PipelineTopology(
        new PipelineSettings(
            "aragora.",
            Generation.FIRST,
            ANNOUNCEMENT,
            new CountProcessor.Services(
                counters(proposesEnds),
                progress(),
                this::nanos,
                Duration.ofSeconds(1),
                () -> 1 << 23,
                null),
            view));
  }

  private static PartitionCounters counters(boolean proposesEnds) {
    CountingRules rules =
        new CountingRules(
            Duration.ofSeconds(60),
            Duration.ofSeconds(300),
            Duration.ofSeconds(3600),
            2000,
            10_000,
            Duration.ofDays(7),
            Duration.ZERO,
            proposesEnds,
            Redactor.ofLabels()::text);
    return PartitionCounters.of(rules, "aragora.");
  }

  private long nanos() {
    return now == null ? 0 : (now.toEpochMilli() - START.toEpochMilli()) * 1_000_000;
  }

  static CountProcessor.Services countServices() {
    return new CountProcessor.Services(
        counters(false),
        progress(() -> 0, Map.of()),
        () -> 0,
        Duration.ofSeconds(1),
        () -> 1 << 23,
        null);
  }

  static String describe() {
    return new PipelineTopology(
            new PipelineSettings(
                "aragora.",
                Generation.FIRST,
                ANNOUNCEMENT,
                countServices(),
                new MetricsView(thread -> false)))
        .get()
        .describe()
        .toString();
  }

  void send(InputTopic topic, String value) {
    send(topic, "key", value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  void send(InputTopic topic, String key, byte[] value) {
    send(topic, key, value, now);
  }

  /** {@code at}: append time. */
  void send(InputTopic topic, String key, byte[] value, Instant at) {
    send(
        topic,
        new TestRecord<>(key == null ? null : key.getBytes(StandardCharsets.UTF_8), value, at));
  }

  /** Appends a record, whose timestamp is its append time. */
  public void send(InputTopic topic, TestRecord<byte[], byte[]> record) {
    sentNanos.put(topic, nanos());
    inputs
        .computeIfAbsent(
            topic,
            of ->
                driver.createInputTopic(
                    of.under("aragora."), new ByteArraySerializer(), new ByteArraySerializer()))
        .pipeInput(record);
  }

  /** Full names of the topics that were written to, those of stores too. */
  public Set<String> written() {
    return driver.producedTopicNames();
  }

  public Instant now() {
    return now;
  }

  /** Time passes, a write-out at its end; the topics are read to their ends. */
  public void pass(Duration duration) {
    now = now.plus(duration);
    driver.advanceWallClockTime(duration);
  }

  public List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  private static ConsumedOffsets progress(
      java.util.function.LongSupplier nanos, Map<InputTopic, Long> sentNanos) {
    return new ConsumedOffsets() {
      @Override
      public OptionalLong unstableRecords(InputPartition partition) {
        return OptionalLong.of(0);
      }

      @Override
      public OptionalLong lagRecords(InputPartition partition) {
        return OptionalLong.of(0);
      }

      @Override
      public OptionalLong unreadAgeMs(InputPartition partition) {
        return OptionalLong.empty();
      }

      @Override
      public OptionalLong unreadAppendMs(InputPartition partition, long askedFromNanos) {
        return OptionalLong.empty();
      }

      @Override
      public OptionalLong idleNanos(InputPartition partition, long nextOffset) {
        return OptionalLong.of(nanos.getAsLong() - sentNanos.getOrDefault(partition.topic(), 0L));
      }

      @Override
      public OptionalLong lastReadToEndNanos(InputPartition partition) {
        return OptionalLong.of(nanos.getAsLong());
      }

      @Override
      public OptionalLong readToEndAtNanos(InputPartition partition) {
        return OptionalLong.of(nanos.getAsLong());
      }
    };
  }

  private ConsumedOffsets progress() {
    return progress(this::nanos, sentNanos);
  }

  public MetricSnapshots scrape() {
    Map<InputTopic, Integer> partitions = new HashMap<>();
    for (InputTopic topic : InputTopic.values()) {
      partitions.put(topic, 1);
    }
    return new SeriesCollector(
            view,
            new ServeSettings(
                counters(false).metrics(),
                MetricCatalog.websocketConnections(),
                "aragora.",
                partitions,
                1,
                Duration.ofSeconds(300),
                true),
            progress(),
            this::nanos)
        .collect();
  }

  @Override
  public void close() {
    driver.close();
  }
}
