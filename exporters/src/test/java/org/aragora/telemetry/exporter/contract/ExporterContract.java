package org.aragora.telemetry.exporter.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.deadletter.DeadLetterTopic;
import org.aragora.telemetry.exporter.health.ExporterHealth;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.aragora.telemetry.exporter.loop.ExportLoop;
import org.aragora.telemetry.exporter.loop.KafkaClients;
import org.aragora.telemetry.exporter.loop.LoopContext;
import org.aragora.telemetry.exporter.loop.LoopSettings;
import org.aragora.telemetry.exporter.partition.EndOffsets;
import org.aragora.telemetry.exporter.partition.RecreatedTopics;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Contract of every backend. A subclass supplies the exporter's definition and a receiver that
 * decodes deliveries. The records are failed requests, which are one span and one line each.
 */
@Timeout(240)
public abstract class ExporterContract {

  protected static final TopicPartition P0 = new TopicPartition("aragora.requests", 0);
  protected static final TopicPartition P1 = new TopicPartition("aragora.requests", 1);
  private static final TopicPartition BACK = new TopicPartition("aragora.export-redrive", 0);
  private static final Duration SOON = Duration.ofSeconds(60);

  protected Receiver receiver;
  protected final Map<String, String> environment = new HashMap<>();
  private final Map<TopicPartition, Long> commits = new ConcurrentHashMap<>();
  private final MockConsumer<byte[], byte[]> consumer = new CommitKeeper();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
        @Override
        public Future<RecordMetadata> send(
            ProducerRecord<byte[], byte[]> record, Callback callback) {
          int size = record.value().length;
          for (Header header : record.headers()) {
            size += header.key().length() + header.value().length;
          }
          if (size > largestDeadLetter) {
            RecordTooLargeException failure =
                new RecordTooLargeException("larger than the topic's");
            callback.onCompletion(null, failure);
            return CompletableFuture.failedFuture(failure);
          }
          return super.send(record, callback);
        }
      };

  private volatile int largestDeadLetter = Integer.MAX_VALUE;
  private final Map<TopicPartition, EndOffsets.End> endOffsets = new ConcurrentHashMap<>();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private Backend<?> backend;
  private ExportLoop<?> loop;
  private ExporterHealth health;
  private Thread thread;

  protected abstract ExporterProcess.Definition<?> definition();

  protected abstract Receiver startReceiver();

  @BeforeEach
  void prepare() {
    receiver = startReceiver();
    environment.putAll(receiver.environment());
    environment.put("ARAGORA_TELEMETRY_EXPORT_BATCH_AGE_MS", "20");
    environment.put("ARAGORA_TELEMETRY_EXPORT_RETRY_BASE_MS", "5");
    environment.put("ARAGORA_TELEMETRY_EXPORT_RETRY_MAX_MS", "20");
    environment.put("ARAGORA_TELEMETRY_EXPORT_COMMIT_MS", "10");
    environment.put("ARAGORA_TELEMETRY_EXPORT_REBALANCE_WAIT_MS", "100");
    environment.put("ARAGORA_TELEMETRY_EXPORT_DRAIN_SECONDS", "1");
    consumer.updateBeginningOffsets(Map.of(P0, 0L, P1, 0L, BACK, 0L));
    consumer.updateEndOffsets(Map.of(P0, 0L, P1, 0L, BACK, 0L));
  }

  @AfterEach
  void end() throws InterruptedException {
    receiver.close();
    if (loop != null) {
      loop.stop();
      thread.join(TimeUnit.SECONDS.toMillis(30));
      backend.close();
    }
  }

  // ---- acknowledgement and commit

  @Test
  void nothingIsCommittedBeforeTheBackendAnswers() {
    receiver.answer(delivery -> Reply.hang());
    start();
    give(P0, 0, 10);
    await().atMost(SOON).until(() -> !receiver.deliveries().isEmpty());
    afterSomeCommits();
    assertThat(committed(P0)).isZero();

    receiver.release();

    await().atMost(SOON).until(() -> committed(P0) == 10);
  }

  @Test
  void laterAnswerDoesNotCommitPastAnEarlierRecord() {
    environment.put("ARAGORA_TELEMETRY_EXPORT_BATCH_RECORDS", "1");
    receiver.answer(delivery -> delivery.mentions("req-3") ? Reply.hang() : Reply.ok());
    start();
    give(P0, 0, 10);
    await().atMost(SOON).until(() -> receiver.acceptedRequests().size() == 9);
    await().atMost(SOON).until(() -> committed(P0) == 3);
    afterSomeCommits();
    assertThat(committed(P0)).isEqualTo(3);

    receiver.release();

    await().atMost(SOON).until(() -> committed(P0) == 10);
  }

  @Test
  void everyRecordOfEveryPartitionArrivesOnce() {
    environment.put("ARAGORA_TELEMETRY_EXPORT_BATCH_RECORDS", "7");
    start();
    give(P0, 0, 100);
    give(P1, 100, 200);

    await().atMost(SOON).until(() -> committed(P0) == 100 && committed(P1) == 100);

    assertThat(receiver.accepted()).hasSize(200);
    assertThat(receiver.acceptedRequests()).hasSize(200);
    assertThat(metric("acknowledged_records_total")).isEqualTo(200);
  }

  // ---- transient answers

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 408, 429, 500, 502, 503, 504})
  void transientStatusIsRetriedAndMakesNoDeadLetter(int status) {
    AtomicInteger requests = new AtomicInteger();
    receiver.answer(
        delivery -> requests.incrementAndGet() <= 3 ? Reply.status(status) : Reply.ok());
    start();
    give(P0, 0, 5);

    await().atMost(SOON).until(() -> committed(P0) == 5);

    assertThat(receiver.acceptedRequests()).hasSize(5);
    assertThat(producer.history()).isEmpty();
    assertThat(metric("retries_total")).isEqualTo(3);
  }

  @Test
  void cutConnectionIsRetried() {
    AtomicInteger requests = new AtomicInteger();
    receiver.answer(delivery -> requests.incrementAndGet() <= 3 ? Reply.cut() : Reply.ok());
    start();
    give(P0, 0, 5);

    await().atMost(SOON).until(() -> committed(P0) == 5);

    assertThat(receiver.acceptedRequests()).hasSize(5);
  }

  @Test
  void backendThatHangsIsAskedAgain() {
    environment.put("ARAGORA_TELEMETRY_LOKI_TIMEOUT_MS", "300");
    environment.put("OTEL_EXPORTER_OTLP_TIMEOUT", "300");
    AtomicInteger requests = new AtomicInteger();
    receiver.answer(delivery -> requests.incrementAndGet() == 1 ? Reply.hang() : Reply.ok());
    start();
    give(P0, 0, 5);

    await().atMost(SOON).until(() -> committed(P0) == 5);

    assertThat(receiver.acceptedRequests()).hasSize(5);
    assertThat(receiver.deliveries()).hasSizeGreaterThan(1);
  }

  @Test
  void backendThatIsNotThereIsWaitedFor() {
    receiver.close();
    start();
    give(P0, 0, 5);
    await().atMost(SOON).until(() -> metric("retries_total") >= 2);
    assertThat(committed(P0)).isZero();
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void partitionIsPausedWhileItsRecordsWaitForTheirNextAttempt() {
    environment.put("ARAGORA_TELEMETRY_EXPORT_RETRY_BASE_MS", "60000");
    environment.put("ARAGORA_TELEMETRY_EXPORT_RETRY_MAX_MS", "60000");
    environment.put("ARAGORA_TELEMETRY_EXPORT_DRAIN_SECONDS", "0");
    receiver.answer(delivery -> delivery.mentions("req-0") ? Reply.status(503) : Reply.ok());
    start();
    give(P0, 0, 5);
    await().atMost(SOON).until(() -> metric("retries_total") == 1);

    give(P0, 5, 10);
    give(P1, 100, 105);

    await().atMost(SOON).until(() -> committed(P1) == 5);
    assertThat(consumer.paused()).contains(P0).doesNotContain(P1);
    assertThat(receiver.acceptedRequests()).doesNotContain("req-5");
  }

  // ---- permanent failures

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422})
  void onlyTheRecordThatFailsAloneIsADeadLetter(int status) {
    environment.put("ARAGORA_TELEMETRY_EXPORT_BATCH_RECORDS", "64");
    receiver.answer(
        delivery -> delivery.mentions("req-13") ? Reply.status(status, "no") : Reply.ok());
    start();
    give(P0, 0, 100);

    await().atMost(SOON).until(() -> committed(P0) == 100);

    assertThat(receiver.acceptedRequests()).hasSize(99).doesNotContain("req-13");
    assertThat(producer.history()).hasSize(1);
    ProducerRecord<byte[], byte[]> letter = producer.history().get(0);
    assertThat(letter.topic()).isEqualTo("aragora.export-dead-letters");
    assertThat(letter.value()).isEqualTo(TestEvents.CODEC.encode(TestEvents.failedRequest(13)));
    assertThat(header(letter, "topic")).isEqualTo("aragora.requests");
    assertThat(header(letter, "partition")).isEqualTo("0");
    assertThat(header(letter, "offset")).isEqualTo("13");
    assertThat(header(letter, "reason")).isEqualTo(status == 413 ? "too_large" : "refused");
    assertThat(header(letter, "message")).contains("no");
    assertThat(header(letter, "exporter")).isEqualTo(definition().name());
    assertThat(metric("dead_lettered_records_total")).isEqualTo(1);
  }

  /** A topic that a platform team made may take less than an input topic. */
  @ParameterizedTest
  @ValueSource(ints = {20_000, 2_500})
  void deadLetterThatDoesNotFitIsCutAndMarked(int most) {
    largestDeadLetter = most;
    receiver.answer(delivery -> delivery.mentions("req-1") ? Reply.status(400, "no") : Reply.ok());
    start();
    Event large =
        TestEvents.event(
            "large",
            new RequestCompleted("req-1", "POST", "/" + "x".repeat(4000), 503, 1L, "user"));
    consumer.schedulePollTask(
        () -> {
          ConsumerRecord<byte[], byte[]> record = TestEvents.record(P0.topic(), 0, 0, large);
          record.headers().add("host", new byte[30_000]);
          consumer.addRecord(record);
          consumer.addRecord(TestEvents.record(P0.topic(), 0, 1, TestEvents.failedRequest(2)));
        });

    await().atMost(SOON).until(() -> committed(P0) == 2);

    assertThat(deadLetters()).hasSize(1);
    ProducerRecord<byte[], byte[]> letter = deadLetters().get(0);
    assertThat(header(letter, "headers-size")).isEqualTo("30004");
    assertThat(header(letter, "offset")).isEqualTo("0");
    byte[] value = TestEvents.CODEC.encode(large);
    if (most > value.length) {
      assertThat(letter.value()).isEqualTo(value);
    } else {
      assertThat(value).startsWith(letter.value());
      assertThat(header(letter, "value-size")).isEqualTo(String.valueOf(value.length));
    }
    assertThat(metric("dead_lettered_records_total")).isEqualTo(1);
    assertThat(receiver.acceptedRequests()).containsExactly("req-2");
  }

  @Test
  void redrivenRecordReachesItsExporterUnchanged() {
    environment.put("ARAGORA_TELEMETRY_EXPORT_BATCH_RECORDS", "1");
    receiver.answer(delivery -> delivery.mentions("req-2") ? Reply.status(400, "no") : Reply.ok());
    start();
    give(P0, 0, 5);
    await().atMost(SOON).until(() -> committed(P0) == 5);
    ProducerRecord<byte[], byte[]> letter = producer.history().get(0);

    sendBack(letter, 0, definition().name());
    await().atMost(SOON).until(() -> producer.history().size() == 2);
    receiver.answer(delivery -> Reply.ok());
    sendBack(letter, 1, "another");
    sendBack(producer.history().get(1), 2, definition().name());
    consumer.schedulePollTask(
        () -> consumer.addRecord(TestEvents.record(BACK.topic(), 0, 3, letter.value())));

    await().atMost(SOON).until(() -> committed(BACK) == 4);
    assertThat(receiver.acceptedRequests()).hasSize(5).contains("req-2");
    assertThat(
            receiver.deliveries().stream()
                .flatMap(delivery -> delivery.items().stream())
                .filter(item -> item.requestId().equals("req-2")))
        .as("refused, refused again, accepted")
        .hasSize(3)
        .containsOnly(receiver.accepted().get(4));
    assertThat(metric("skipped_records_total")).as("another's, and no dead letter").isEqualTo(2);
    ProducerRecord<byte[], byte[]> again = producer.history().get(1);
    assertThat(header(again, "topic")).isEqualTo("aragora.requests");
    assertThat(header(again, "offset")).isEqualTo("2");
    assertThat(header(again, "timestamp")).isEqualTo(header(letter, "timestamp"));
    assertThat(again.headers().lastHeader("aragora-redrive-count").value())
        .asString()
        .isEqualTo("1");
  }

  private void sendBack(ProducerRecord<byte[], byte[]> letter, long offset, String exporter) {
    ConsumerRecord<byte[], byte[]> record =
        TestEvents.record(BACK.topic(), 0, offset, letter.value());
    letter.headers().forEach(record.headers()::add);
    record
        .headers()
        .remove("aragora-dlq-exporter")
        .add("aragora-dlq-exporter", exporter.getBytes(UTF_8));
    record.headers().remove("aragora-redrive-count").add("aragora-redrive-count", new byte[] {'1'});
    consumer.schedulePollTask(() -> consumer.addRecord(record));
  }

  @Test
  void deadLetterThatCannotBeWrittenHoldsItsOffset() {
    producer.sendException = new org.apache.kafka.common.errors.TimeoutException("no broker");
    receiver.answer(delivery -> delivery.mentions("req-2") ? Reply.status(400, "no") : Reply.ok());
    start();
    give(P0, 0, 5);
    await().atMost(SOON).until(() -> metric("retries_total") >= 2);
    await().atMost(SOON).until(() -> committed(P0) == 2);
    afterSomeCommits();
    assertThat(committed(P0)).isEqualTo(2);

    producer.sendException = null;

    await().atMost(SOON).until(() -> committed(P0) == 5);
    assertThat(producer.history()).hasSize(1);
  }

  @Test
  void recordThatIsNoEventIsSkippedAndCounted() {
    start();
    consumer.schedulePollTask(
        () -> {
          consumer.addRecord(TestEvents.record(P0.topic(), 0, 0, "no event".getBytes(UTF_8)));
          consumer.addRecord(TestEvents.record(P0.topic(), 0, 1, TestEvents.failedRequest(1)));
          consumer.addRecord(TestEvents.record(P0.topic(), 0, 2, "{}".getBytes(UTF_8)));
        });

    await().atMost(SOON).until(() -> committed(P0) == 3);

    assertThat(receiver.acceptedRequests()).containsExactly("req-1");
    assertThat(producer.history()).isEmpty();
    assertThat(metric("skipped_records_total")).isEqualTo(2);
  }

  // ---- redelivery

  @Test
  void repetitionsAreByteIdentical() {
    AtomicInteger requests = new AtomicInteger();
    receiver.answer(delivery -> requests.incrementAndGet() <= 2 ? Reply.status(503) : Reply.ok());
    start();
    give(P0, 0, 20);

    await().atMost(SOON).until(() -> committed(P0) == 20);

    Map<String, Set<String>> versions = new HashMap<>();
    int items = 0;
    for (Delivery delivery : receiver.deliveries()) {
      for (Delivery.Item item : delivery.items()) {
        items++;
        versions.computeIfAbsent(item.id(), id -> new java.util.HashSet<>()).add(item.bytes());
      }
    }
    assertThat(items).isGreaterThan(versions.size());
    assertThat(versions).hasSize(20).allSatisfy((id, bytes) -> assertThat(bytes).hasSize(1));
  }

  // ---- rebalance

  @Test
  void partitionThatIsTakenAwayCommitsNothingThatWasNotAnswered() {
    receiver.answer(delivery -> Reply.hang());
    start();
    give(P0, 0, 5);
    await().atMost(SOON).until(() -> !receiver.deliveries().isEmpty());
    assign(P1);
    assertThat(committed(P0)).isZero();

    receiver.answer(delivery -> Reply.ok());
    receiver.release();
    give(P1, 100, 103);

    await().atMost(SOON).until(() -> committed(P1) == 3);
    assertThat(committed(P0)).isZero();
    assertThat(metric("in_flight_records")).isZero();
  }

  @Test
  void partitionThatIsTakenAwayWaitsForItsAnswerAndCommits() {
    environment.put("ARAGORA_TELEMETRY_EXPORT_REBALANCE_WAIT_MS", "20000");
    environment.put("ARAGORA_TELEMETRY_EXPORT_COMMIT_MS", "60000");
    receiver.answer(delivery -> Reply.hang());
    start();
    give(P0, 0, 5);
    await().atMost(SOON).until(() -> !receiver.deliveries().isEmpty());
    CountDownLatch revoking = new CountDownLatch(1);
    consumer.schedulePollTask(revoking::countDown);
    consumer.schedulePollTask(() -> consumer.rebalance(List.of(P1)));
    await().atMost(SOON).until(() -> revoking.getCount() == 0);

    receiver.release();

    await().atMost(SOON).until(() -> committed(P0) == 5);
  }

  @Test
  void retriesOfAPartitionThatIsGoneEnd() {
    receiver.answer(delivery -> Reply.status(503));
    start();
    give(P0, 0, 5);
    await().atMost(SOON).until(() -> metric("retries_total") >= 2);
    assign(P1);
    receiver.answer(delivery -> Reply.ok());
    give(P1, 100, 103);

    await().atMost(SOON).until(() -> committed(P1) == 3);

    assertThat(receiver.acceptedRequests())
        .containsExactlyInAnyOrder("req-100", "req-101", "req-102");
  }

  @Test
  void partitionThatComesBackIsReadFromWhatWasCommitted() {
    receiver.answer(delivery -> Reply.status(503));
    start();
    give(P0, 0, 5);
    await().atMost(SOON).until(() -> metric("retries_total") >= 1);
    assign(P1);
    assign(P0);
    receiver.answer(delivery -> Reply.ok());
    give(P0, 0, 5);

    await().atMost(SOON).until(() -> committed(P0) == 5);

    assertThat(receiver.accepted()).hasSize(5);
  }

  // ---- bounds, stop, health, accounts

  @Test
  void readingStopsWhileTheBackendHangs() {
    environment.put("ARAGORA_TELEMETRY_EXPORT_BATCH_RECORDS", "10");
    environment.put("ARAGORA_TELEMETRY_EXPORT_IN_FLIGHT", "2");
    receiver.answer(delivery -> Reply.hang());
    start();
    for (int from = 0; from < 1000; from += 50) {
      give(P0, from, from + 50);
    }
    await().atMost(SOON).until(() -> receiver.deliveries().size() == 2);
    afterSomeCommits();
    await().atMost(SOON).until(() -> metric("in_flight_records") > 0);

    assertThat(metric("in_flight_records")).isLessThanOrEqualTo(100);
    assertThat(receiver.deliveries()).hasSize(2);

    receiver.release();
    receiver.answer(delivery -> Reply.ok());
    await().atMost(SOON).until(() -> committed(P0) == 1000);
    assertThat(receiver.accepted()).hasSize(1000);
  }

  @Test
  void stopSendsWhatWasReadAndCommitsIt() throws InterruptedException {
    environment.put("ARAGORA_TELEMETRY_EXPORT_BATCH_AGE_MS", "60000");
    environment.put("ARAGORA_TELEMETRY_EXPORT_COMMIT_MS", "60000");
    start();
    give(P0, 0, 5);
    await().atMost(SOON).until(() -> metric("in_flight_records") == 5);

    loop.stop();

    assertThat(loop.ended()).succeedsWithin(SOON);
    assertThat(receiver.acceptedRequests()).hasSize(5);
    assertThat(committed(P0)).isEqualTo(5);
  }

  @Test
  void healthFailsWhileNothingMovesAndRecovers() {
    environment.put("ARAGORA_TELEMETRY_EXPORT_PROGRESS_SECONDS", "1");
    receiver.answer(delivery -> Reply.status(503, "disk full"));
    start();
    await().atMost(SOON).until(() -> health.ready().ok());
    give(P0, 0, 5);

    await().atMost(SOON).until(() -> !health.ready().ok());
    assertThat(health.ready().cause()).contains("Nothing was acknowledged");
    assertThat(health.live().ok()).isTrue();

    receiver.answer(delivery -> Reply.ok());
    await().atMost(SOON).until(() -> health.ready().ok());
  }

  @Test
  void everyRecordReadIsInExactlyOneAccount() {
    receiver.answer(
        delivery ->
            delivery.mentions("req-7") || delivery.mentions("req-11")
                ? Reply.status(400, "no")
                : Reply.ok());
    start();
    give(P0, 0, 50);
    consumer.schedulePollTask(
        () -> consumer.addRecord(TestEvents.record(P0.topic(), 0, 50, new byte[] {1})));

    await().atMost(SOON).until(() -> committed(P0) == 51);

    assertThat(metric("acknowledged_records_total")).isEqualTo(48);
    assertThat(metric("dead_lettered_records_total")).isEqualTo(2);
    assertThat(metric("skipped_records_total")).isEqualTo(1);
    await().atMost(SOON).until(() -> metric("in_flight_records") == 0);
    await().atMost(SOON).until(() -> metric("lag_seconds") == 0);
  }

  @Test
  void recordsBehindAnOpenTransactionAreLag() {
    start();
    await().atMost(SOON).until(() -> metric("lag_records") == 0);
    endOffsets.put(P0, new EndOffsets.End(0, 20));

    await().atMost(SOON).until(() -> metric("unstable_records") == 20);
    assertThat(metric("lag_records")).isEqualTo(20);
    await().atMost(SOON).until(() -> metric("lag_seconds") > 1);
    assertThat(health.ready().ok()).isTrue();

    endOffsets.put(P0, new EndOffsets.End(0, 0));
    await().atMost(SOON).until(() -> metric("lag_seconds") == 0);
    assertThat(metric("lag_records")).isZero();
  }

  /** A paused partition is not fetched, so its consumer has the end of its last fetch. */
  @Test
  void recordsThatTheConsumerHasNotFetchedAreLagAndNotHeldBack() {
    start();
    await().atMost(SOON).until(() -> metric("lag_records") == 0);
    endOffsets.put(P0, new EndOffsets.End(20, 20));

    await().atMost(SOON).until(() -> metric("lag_records") == 20);
    assertThat(metric("unstable_records")).isZero();

    endOffsets.put(P0, new EndOffsets.End(25, 20)); // appended between two answers
    await().atMost(SOON).until(() -> metric("lag_records") == 25);
    assertThat(metric("unstable_records")).isZero();
  }

  // ---- the harness

  protected final void start() {
    start(definition());
  }

  private <P> void start(ExporterProcess.Definition<P> definition) {
    Settings settings = Settings.read(definition.settings(), environment);
    LoopSettings bounds = definition.loop(settings);
    Backend<P> target = definition.backend().apply(settings);
    backend = target;
    health = new ExporterHealth(bounds.progressTimeout());
    ExportLoop<P> started =
        new ExportLoop<>(
            new LoopContext(
                bounds,
                new KafkaClients(
                    consumer,
                    () -> {
                      throw new AssertionError("The past of this topic is not needed.");
                    },
                    new EndOffsets(
                        partitions -> CompletableFuture.completedFuture(Map.copyOf(endOffsets)),
                        () -> {}),
                    new RecreatedTopics(topics -> CompletableFuture.completedFuture(Map.of())),
                    new DeadLetterTopic(
                        producer, "aragora.export-dead-letters", definition.name(), null)),
                new ExporterMetrics(
                    definition.name(), bounds.topics(), registry, Clock.systemUTC()),
                health),
            definition.converter().apply(settings),
            target);
    loop = started;
    thread = new Thread(started, "loop-under-test");
    thread.start();
    assign(P0, P1, BACK);
  }

  /** Makes the group assign these, and waits until it has. */
  protected final void assign(TopicPartition... partitions) {
    AtomicInteger done = new AtomicInteger();
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(partitions));
          done.incrementAndGet();
        });
    await().atMost(SOON).until(() -> done.get() == 1);
  }

  /** Appends failed requests; the offset of the first is its number modulo 100 in partition 1. */
  protected final void give(TopicPartition partition, int from, int to) {
    int base = partition.equals(P1) ? 100 : 0;
    consumer.schedulePollTask(
        () -> {
          consumer.updateEndOffsets(Map.of(partition, (long) to - base));
          IntStream.range(from, to)
              .forEach(
                  number ->
                      consumer.addRecord(
                          TestEvents.record(
                              partition.topic(),
                              partition.partition(),
                              number - base,
                              TestEvents.failedRequest(number))));
        });
  }

  /** Makes the group assign partitions that are still empty. */
  protected final void assignEmpty(TopicPartition... partitions) {
    Map<TopicPartition, Long> none = new HashMap<>();
    List.of(partitions).forEach(partition -> none.put(partition, 0L));
    consumer.updateBeginningOffsets(none);
    consumer.updateEndOffsets(none);
    assign(partitions);
  }

  /** Appends events from offset 0 on. */
  protected final void give(TopicPartition partition, List<Event> events) {
    consumer.schedulePollTask(
        () -> {
          consumer.updateEndOffsets(Map.of(partition, (long) events.size()));
          for (int offset = 0; offset < events.size(); offset++) {
            consumer.addRecord(
                TestEvents.record(
                    partition.topic(), partition.partition(), offset, events.get(offset)));
          }
        });
  }

  protected final long committed(TopicPartition partition) {
    return commits.getOrDefault(partition, 0L);
  }

  /** The stock one shows no commits of partitions that are not assigned. */
  private final class CommitKeeper extends MockConsumer<byte[], byte[]> {

    CommitKeeper() {
      super("earliest");
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      // The stock one comes back at once; a real one would wait for records.
      LockSupport.parkNanos(Math.min(timeout.toNanos(), Duration.ofMillis(2).toNanos()));
      return super.poll(timeout);
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
      super.commitSync(offsets, timeout);
      keep(offsets);
    }

    @Override
    public void commitAsync(
        Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
      super.commitAsync(offsets, callback);
      keep(offsets);
    }

    private void keep(Map<TopicPartition, OffsetAndMetadata> offsets) {
      offsets.forEach((partition, offset) -> commits.put(partition, offset.offset()));
    }
  }

  /** Long enough for the loop to have committed whatever it wanted to. */
  private void afterSomeCommits() {
    AtomicInteger polls = new AtomicInteger();
    long until = System.nanoTime() + Duration.ofMillis(60).toNanos();
    await()
        .atMost(SOON)
        .until(
            () -> {
              consumer.schedulePollTask(polls::incrementAndGet);
              return polls.get() >= 3 && System.nanoTime() > until;
            });
  }

  protected final List<ProducerRecord<byte[], byte[]>> deadLetters() {
    return producer.history();
  }

  protected static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader("aragora-dlq-" + name).value(), UTF_8);
  }

  /** Sum over the series of a metric. */
  protected final double metric(String name) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.builder().build().write(text, registry.scrape());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    List<Double> values = new ArrayList<>();
    for (String line : text.toString(UTF_8).split("\n")) {
      if (line.startsWith("aragora_telemetry_exporter_" + name + "{")) {
        values.add(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }
}
