package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.testbed.broker.PlainClient;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A new generation of the outputs, made beside the live service and then served by it. */
class ITGeneration {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static final int PARTITIONS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Instant START =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(90, ChronoUnit.MINUTES);

  private LiveService service;

  @BeforeEach
  void createTopics() {
    kafka.createTopics(PARTITIONS);
    service = new LiveService(kafka.bootstrapServers(), kafka.prefix(), PARTITIONS);
  }

  private ReplayLoad load(long seed) {
    return new ReplayLoad(
        kafka.bootstrapServers(), kafka.prefix(), PARTITIONS, seed, START, 600_000);
  }

  /** Requests that all processors serve together. */
  private static long served(ProcessorService... processors) {
    return MetricsPage.of(
            Arrays.stream(processors).mapToInt(ProcessorService::metricsPort).toArray())
        .count("aragora_requests_total", Map.of());
  }

  private static int deadLetters() {
    try (PlainClient client =
        new PlainClient(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      return client.read(kafka.prefix() + "dead-letters").size();
    }
  }

  @Test
  void twoProcessorsUnderLoadChangeToItAndNobodySeesAWrongNumber() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    try (ReplayLoad load = load(1);
        ProcessorService first = service.start();
        ProcessorService second = service.start()) {
      load.write(1000);
      service.awaitCounted(new Generation(0));
      await().atMost(PATIENCE).until(() -> served(first, second) == load.requests().size());
      LiveService.Done made = service.replay("--output", "generation", "--workers", "2");
      assertThat(made.out()).contains("Generation 1 is complete");
      assertThat(made.exitCode()).isZero();
      CompletableFuture<Void> more =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 40 && !enough.get(); i++) {
                  load.write(25);
                }
              });
      // No series falls below a value that was served before, in any generation.
      ServedWatch watch = new ServedWatch(first, second);

      LiveService.Done promoted = service.replay("promote", "1");

      assertThat(promoted.out()).contains("All processors count into it.");
      assertThat(promoted.exitCode()).isZero();
      enough.set(true);
      more.get();
      service.awaitCounted(new Generation(1));
      await().atMost(PATIENCE).until(() -> served(first, second) == load.requests().size());
      assertThat(watch.stop()).isEmpty();
      load.write(200);
      service.awaitCounted(new Generation(1));
      await().atMost(PATIENCE).until(() -> served(first, second) == load.requests().size());
      assertThat(deadLetters()).isEqualTo(load.garbage());
    }
    LiveService.Done verified = service.replay("--verify");
    assertThat(verified.out()).endsWith(": no difference.\n").doesNotContain(" 0 windows");
  }

  @Test
  void oneThatWasLeftHalfWrittenIsNeverServedAndTheWayBackIsExact() throws Exception {
    try (ReplayLoad load = load(2)) {
      load.write(600);
      try (ProcessorService before = service.start()) {
        service.awaitCounted(new Generation(0));
        assertThat(before.stopped()).isNotDone();
      }
      HalfGeneration.make(service.config(), 3);
      assertThat(service.replay("promote", "1").err()).contains("no complete generation 1");

      assertThat(service.replay("--output", "generation").out())
          .contains("Generation 2 is complete");
      assertThat(service.replay("promote", "2").out())
          .contains("It has 0 records to catch up with", "No processor is running");
      load.write(200);
      try (ProcessorService after = service.start()) {
        service.awaitCounted(new Generation(2));
        await().atMost(PATIENCE).until(() -> served(after) == load.requests().size());
        assertThat(service.replay("promote", "0").out()).contains("All processors count into it.");
        load.write(100);
        service.awaitCounted(new Generation(0));
        await().atMost(PATIENCE).until(() -> served(after) == load.requests().size());
      }
      assertThat(service.replay("--verify").out()).endsWith(": no difference.\n");
      assertThat(service.replay("generations").out()).contains("* 0", "1  writing", "2  complete");
      assertThat(service.replay("discard", "0").err()).contains("is current and stays");
      assertThat(service.replay("discard", "1").exitCode()).isZero();
      assertThat(service.replay("discard", "2").exitCode()).isZero();
      assertThat(service.topics()).noneMatch(name -> name.matches(".*(\\.g|app-g)[12].*"));
      assertThat(deadLetters()).isEqualTo(load.garbage());
    }
  }

  /** Waits for the broker, which follows the controller; a start before would not refuse them. */
  private static void awaitPartitions(Admin admin, String topic, int partitions) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                admin
                        .describeTopics(List.of(topic))
                        .allTopicNames()
                        .get()
                        .get(topic)
                        .partitions()
                        .size()
                    == partitions);
  }

  @Test
  void morePartitionsAreRefusedUntilTheyAreCountedAnew() throws Exception {
    try (ReplayLoad load = load(3);
        Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      load.write(500);
      try (ProcessorService before = service.start()) {
        service.awaitCounted(new Generation(0));
        assertThat(before.stopped()).isNotDone();
      }
      admin
          .createPartitions(
              Map.of(kafka.prefix() + "requests", NewPartitions.increaseTo(PARTITIONS + 1)))
          .all()
          .get();
      awaitPartitions(admin, kafka.prefix() + "requests", PARTITIONS + 1);
      try (ProcessorService refused = service.start()) {
        await().atMost(PATIENCE).until(() -> refused.stopped().isCompletedExceptionally());
        assertThat(refused.stopped())
            .isCompletedExceptionally()
            .satisfies(
                stopped ->
                    assertThat(stopped.handle((nothing, e) -> e.getMessage()).join())
                        .contains("has 3 partitions but was counted with 2", "promote"));
      }

      assertThat(service.replay("--output", "generation").exitCode()).isZero();
      assertThat(service.replay("promote", "1").exitCode()).isZero();
      try (ProcessorService after = service.start()) {
        load.spreadRequestsOver(PARTITIONS + 1);
        load.write(300);
        service.awaitCounted(new Generation(1));
        await().atMost(PATIENCE).until(() -> served(after) == load.requests().size());
      }
      assertThat(service.replay("--verify").out()).endsWith(": no difference.\n");
    }
  }

  @Test
  void whatRetentionHasTakenIsSaid() throws Exception {
    try (ReplayLoad load = load(4);
        Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      load.write(400);
      try (ProcessorService before = service.start()) {
        service.awaitCounted(new Generation(0));
        assertThat(before.stopped()).isNotDone();
      }
      TopicPartition cut = new TopicPartition(kafka.prefix() + "requests", 1);
      assertThat(service.replay("--output", "generation").exitCode()).isZero();
      admin.deleteRecords(Map.of(cut, RecordsToDelete.beforeOffset(20))).all().get();

      assertThat(service.replay("--output", "generation").err())
          .contains(cut + " begins at offset 20");
      var withGaps = service.replay("--output", "generation", "--allow-gaps");
      assertThat(withGaps.out())
          .as(withGaps.err())
          .contains("without what retention had taken from 1 of 10 input partitions");
      load.write(100);
      long end =
          admin
              .listOffsets(Map.of(cut, org.apache.kafka.clients.admin.OffsetSpec.latest()))
              .all()
              .get()
              .get(cut)
              .offset();
      admin.deleteRecords(Map.of(cut, RecordsToDelete.beforeOffset(end))).all().get();
      assertThat(service.replay("promote", "1").err())
          .contains("Retention has taken records that generation 1 has not counted", cut + " from");
      assertThat(List.of(service.replay("generations").out().split("\n")).get(0)).startsWith("* 0");
    }
  }
}
