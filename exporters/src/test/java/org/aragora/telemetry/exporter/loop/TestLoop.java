package org.aragora.telemetry.exporter.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.exporter.deadletter.DeadLetterTopic;
import org.aragora.telemetry.exporter.health.ExporterHealth;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.aragora.telemetry.exporter.partition.EndOffsets;
import org.aragora.telemetry.exporter.partition.RecreatedTopics;

/**
 * A loop on the test's thread, between Kafka's clients for tests and a backend in memory. Every
 * commit is checked: it never goes back, and every record before it was stored, parked or skipped.
 */
final class TestLoop {

  static final TopicPartition P0 = new TopicPartition("aragora.requests", 0);
  static final TopicPartition P1 = new TopicPartition("aragora.requests", 1);
  static final TopicPartition D0 = new TopicPartition("aragora.debates", 0);
  static final Duration RETRY_BASE = Duration.ofMillis(100);
  static final Duration RETRY_MAX = Duration.ofSeconds(5);
  static final Duration REBALANCE_WAIT = Duration.ofSeconds(2);
  static final Duration DRAIN = Duration.ofSeconds(3);
  static final Duration COMMIT_INTERVAL = Duration.ofMillis(500);
  static final Duration BATCH_AGE = Duration.ofMillis(200);

  final ManualTime time = new ManualTime();
  final MemoryBackend backend = new MemoryBackend();
  final TextConverter converter = new TextConverter();
  final DirectExecutor workers = new DirectExecutor();
  final Map<TopicPartition, TreeMap<Long, ConsumerRecord<byte[], byte[]>>> log = new HashMap<>();
  final TestConsumer consumer = new TestConsumer(time, log);
  final List<TestConsumer> pastReaders = new ArrayList<>();
  final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  final Map<TopicPartition, EndOffsets.End> ends = new HashMap<>();
  final Map<String, Uuid> topicIds = new HashMap<>();
  final ExporterHealth health = new ExporterHealth(Duration.ofSeconds(60), time);
  final ExportLoop<String> loop;
  boolean endOffsetsClosed;
  KafkaException pastFailure;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Map<TopicPartition, Long> lastCommit = new HashMap<>();
  private final Set<TopicPartition> unchecked = new HashSet<>();
  private final Set<String> parked = new HashSet<>();
  private int answeredLetters;

  /** Bounds that a test can change. */
  record Bounds(
      int batchRecords, int batchBytes, int inFlight, long bufferBytes, int unacknowledged) {}

  TestLoop() {
    this(new Bounds(4, 1000, 2, 100_000, 100));
  }

  TestLoop(Bounds bounds) {
    LoopSettings settings =
        new LoopSettings(
            "logs",
            List.of(P0.topic(), D0.topic()),
            "aragora.export-redrive",
            bounds.batchRecords(),
            bounds.batchBytes(),
            BATCH_AGE,
            bounds.inFlight(),
            bounds.bufferBytes(),
            bounds.unacknowledged(),
            RETRY_BASE,
            RETRY_MAX,
            Duration.ofMinutes(10),
            COMMIT_INTERVAL,
            REBALANCE_WAIT,
            DRAIN,
            Duration.ofSeconds(60));
    KafkaClients clients =
        new KafkaClients(
            consumer,
            () -> {
              TestConsumer reader = new TestConsumer(time, log);
              reader.failure = () -> pastFailure;
              pastReaders.add(reader);
              return reader;
            },
            new EndOffsets(
                partitions -> CompletableFuture.completedFuture(Map.copyOf(ends)),
                () -> endOffsetsClosed = true),
            new RecreatedTopics(topics -> CompletableFuture.completedFuture(Map.copyOf(topicIds))),
            new DeadLetterTopic(producer, "aragora.export-dead-letters", "logs", null));
    LoopContext context =
        new LoopContext(
            settings,
            clients,
            new ExporterMetrics("logs", settings.topics(), registry, time),
            health,
            time.queue(),
            new LoopContext.Time(time, time));
    loop = new ExportLoop<>(context, converter, new BatchSender<>(context, backend, workers));
    for (TopicPartition partition : List.of(P0, P1, D0)) {
      log.put(partition, new TreeMap<>());
      consumer.updateBeginningOffsets(Map.of(partition, 0L));
      consumer.updateEndOffsets(Map.of(partition, 0L));
    }
    consumer.afterCommit(this::check);
  }

  /** Starts the loop with these partitions. */
  TestLoop start(TopicPartition... partitions) {
    loop.subscribe();
    consumer.rebalance(List.of(partitions));
    return this;
  }

  /** Appends records; the offsets follow the last one. */
  TestLoop append(TopicPartition partition, String... texts) {
    for (String text : texts) {
      TreeMap<Long, ConsumerRecord<byte[], byte[]>> records = log.get(partition);
      long offset = records.isEmpty() ? 0 : records.lastKey() + 1;
      records.put(offset, record(partition, offset, text, time.millis()));
      consumer.updateEndOffsets(Map.of(partition, offset + 1));
      if (consumer.assignment().contains(partition)) {
        consumer.addRecord(records.get(offset));
      }
    }
    return this;
  }

  static ConsumerRecord<byte[], byte[]> record(
      TopicPartition partition, long offset, String text, long appendMs) {
    byte[] value = text.getBytes(UTF_8);
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        offset,
        appendMs,
        TimestampType.LOG_APPEND_TIME,
        0,
        value.length,
        new byte[0],
        value,
        new RecordHeaders(),
        Optional.empty());
  }

  /** Iterates once. */
  TestLoop step() {
    loop.iterate();
    return this;
  }

  /** Iterates until this time has passed. A loop that spins fails. */
  TestLoop run(Duration duration) {
    long until = time.getAsLong() + duration.toNanos();
    long most = 1000 + duration.toMillis();
    for (long count = 0; time.getAsLong() < until; count++) {
      assertThat(count).as("iterations").isLessThan(most);
      loop.iterate();
    }
    return this;
  }

  /** Iterates until what was read is in requests, and commits are made. */
  TestLoop settle() {
    return run(BATCH_AGE.plus(COMMIT_INTERVAL).plusMillis(100));
  }

  /** Offset of the last commit, -1 without one. */
  long committed(TopicPartition partition) {
    return lastCommit.getOrDefault(partition, -1L);
  }

  /** Leaves a partition out of the check of commits from now on. */
  void uncheck(TopicPartition partition) {
    unchecked.add(partition);
  }

  private void check(TopicPartition partition, long offset) {
    if (unchecked.contains(partition)) {
      return;
    }
    assertThat(offset).as("commit of %s", partition).isGreaterThanOrEqualTo(committed(partition));
    lastCommit.put(partition, offset);
    Set<String> stored = new HashSet<>(backend.stored());
    assertThat(log.get(partition).headMap(offset).values())
        .as("records before the commit of %s", partition)
        .allMatch(
            record -> {
              String text = new String(record.value(), UTF_8);
              return text.equals("skip") || stored.contains(text) || parked.contains(text);
            });
  }

  /** Lets Kafka store the oldest dead letter that waits. */
  void storeDeadLetter() {
    parked.add(deadLetters().get(answeredLetters));
    answeredLetters++;
    assertThat(producer.completeNext()).isTrue();
  }

  boolean hasOpenDeadLetter() {
    return producer.history().size() > answeredLetters;
  }

  /** Lets the oldest dead letter that waits fail. */
  void failDeadLetter(RuntimeException failure) {
    answeredLetters++;
    assertThat(producer.errorNext(failure)).isTrue();
  }

  /** Texts of all dead letters that were sent to Kafka, in order. */
  List<String> deadLetters() {
    return producer.history().stream().map(letter -> new String(letter.value(), UTF_8)).toList();
  }

  static String header(ProducerRecord<byte[], byte[]> letter, String name) {
    return new String(letter.headers().lastHeader("aragora-dlq-" + name).value(), UTF_8);
  }

  /** Sum of the series of a metric whose labels contain a text. */
  double metric(String name, String labels) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.builder().build().write(text, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString(UTF_8)
        .lines()
        .filter(line -> line.startsWith("aragora_telemetry_exporter_" + name + "{"))
        .filter(line -> line.contains(labels))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
