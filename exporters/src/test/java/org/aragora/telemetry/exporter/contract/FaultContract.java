package org.aragora.telemetry.exporter.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two exporter processes against a real broker and a backend that answers at random, while one or
 * the other is killed (SIGKILL) or stopped (SIGTERM) and restarts. All items arrive, repetitions
 * have the same bytes, and exactly the records that the backend never accepts are dead letters.
 * {@code -Daragora.telemetry.exporter.fault.events=100000} makes it long.
 */
public abstract class FaultContract {

  private static final int EVENTS =
      Integer.getInteger("aragora.telemetry.exporter.fault.events", 5_000);
  private static final long SEED = Long.getLong("aragora.telemetry.exporter.fault.seed", 42L);
  private static final int KILLS = Math.max(5, EVENTS / 5_000);

  @RegisterExtension static final KafkaExtension KAFKA = new KafkaExtension();
  @TempDir Path logs;

  private final Random random = new Random(SEED);
  private final Map<String, Set<Integer>> versions = new ConcurrentHashMap<>();
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final AtomicInteger deliveries = new AtomicInteger();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();

  protected abstract Class<?> main();

  protected abstract String groupVariable();

  protected abstract Receiver startReceiver();

  protected abstract boolean hasPartialSuccess();

  /** Topics that this exporter reads. */
  protected abstract List<InputTopic> topics();

  /** Ids of the items that must arrive. */
  protected abstract Set<String> expected(Workload workload);

  @Test
  void everythingArrivesUnchangedDespiteFaultsAndOnlyPoisonIsADeadLetter() throws Exception {
    KAFKA.createTopics(4);
    Workload workload = new Workload(EVENTS, SEED);
    try (Receiver receiver = startReceiver()) {
      receiver.answer(this::answer);
      receiver.tell(this::accept);
      produce(workload);

      int kills = disturb(receiver, expected(workload).size());

      System.out.printf(
          "%s: %d events, %d deliveries, %d items accepted, %d kills and stops, answers %s%n",
          main().getSimpleName(), EVENTS, deliveries.get(), accepted.size(), kills, answers);
    }
    Set<String> missing = new HashSet<>(expected(workload));
    missing.removeAll(accepted);
    Set<String> surplus = new HashSet<>(accepted);
    surplus.removeAll(expected(workload));
    assertThat(missing).as("what should have arrived").isEmpty();
    assertThat(surplus).as("what should not have arrived").isEmpty();
    assertThat(versions)
        .as("what was sent")
        .allSatisfy((id, bytes) -> assertThat(bytes).hasSize(1));
    assertThat(deadLetters()).as("dead letters").hasSameSizeAs(poisonRecords(workload));
    assertThat(deadLetters()).isEqualTo(poisonRecords(workload));
  }

  // ---- the backend

  private synchronized Reply answer(Delivery delivery) {
    deliveries.incrementAndGet();
    boolean poisoned = false;
    for (Delivery.Item item : delivery.items()) {
      versions.computeIfAbsent(item.id(), id -> ConcurrentHashMap.newKeySet()).add(hash(item));
      poisoned |= item.requestId().startsWith("poison") || item.id().contains("poison");
    }
    Reply reply = random(poisoned);
    answers.merge(
        reply.kind() + (reply.kind() == Reply.Kind.STATUS ? " " + reply.status() : ""),
        1,
        Integer::sum);
    return reply;
  }

  private static int hash(Delivery.Item item) {
    return item.bytes().hashCode();
  }

  private Reply random(boolean poisoned) {
    int dice = random.nextInt(100);
    if (dice < 5) {
      return Reply.later(429, random.nextInt(20) == 0 ? 1 : 0);
    }
    if (dice < 12) {
      return Reply.status(503);
    }
    if (dice < 16) {
      return Reply.cut();
    }
    if (dice < 18) {
      return Reply.hang();
    }
    if (poisoned) {
      return hasPartialSuccess() && random.nextBoolean() ? Reply.partial(1) : Reply.status(400);
    }
    return dice < 22 ? Reply.keepAndCut() : Reply.ok();
  }

  private void accept(Delivery delivery) {
    delivery.items().forEach(item -> accepted.add(item.id()));
  }

  // ---- the exporters

  private int disturb(Receiver receiver, int expected) throws Exception {
    List<Child> exporters = new ArrayList<>(List.of(launch(receiver, 0), launch(receiver, 1)));
    int launched = 2;
    int kills = 0;
    try {
      while (kills < KILLS) {
        int threshold = (int) ((long) expected * (kills + 1) / (KILLS + 2));
        await().atMost(Duration.ofMinutes(3)).until(() -> accepted.size() >= threshold);
        int victim = random.nextInt(exporters.size());
        Child child = exporters.remove(victim);
        Process process = child.process();
        if (kills % 3 == 2) {
          await().atMost(Duration.ofMinutes(1)).until(child::isRunning);
          process.destroy();
          assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
          assertThat(process.exitValue()).as("exit code after SIGTERM").isZero();
        } else {
          process.destroyForcibly().waitFor();
        }
        exporters.add(launch(receiver, launched++));
        kills++;
      }
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(500))
          .until(this::isAllCommitted);
    } finally {
      exporters.forEach(child -> child.process().destroyForcibly());
    }
    return kills;
  }

  private record Child(Process process, Path log) {

    boolean isRunning() throws IOException {
      return Files.readString(log).contains("Exporting");
    }
  }

  private Child launch(Receiver receiver, int number) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main().getName());
    Map<String, String> environment = builder.environment();
    environment.putAll(receiver.environment());
    environment.put("KAFKA_BOOTSTRAP_SERVERS", KAFKA.bootstrapServers());
    environment.put("KAFKA_SESSION_TIMEOUT_MS", "6000");
    environment.put("KAFKA_HEARTBEAT_INTERVAL_MS", "500");
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", KAFKA.prefix());
    environment.put(groupVariable(), group());
    environment.put("METRICS_PORT", "0");
    environment.put("LOG_FORMAT", "text");
    environment.put("OTEL_EXPORTER_OTLP_TIMEOUT", "1000");
    environment.put("ARAGORA_TELEMETRY_LOKI_TIMEOUT_MS", "1000");
    environment.put("ARAGORA_TELEMETRY_EXPORT_BATCH_RECORDS", "20");
    environment.put("ARAGORA_TELEMETRY_EXPORT_BATCH_AGE_MS", "100");
    environment.put("ARAGORA_TELEMETRY_EXPORT_RETRY_BASE_MS", "50");
    environment.put("ARAGORA_TELEMETRY_EXPORT_RETRY_MAX_MS", "500");
    environment.put("ARAGORA_TELEMETRY_EXPORT_COMMIT_MS", "300");
    builder.redirectErrorStream(true);
    Path log = logs.resolve("exporter-" + number + ".log");
    builder.redirectOutput(log.toFile());
    return new Child(builder.start(), log);
  }

  private String group() {
    return KAFKA.prefix() + main().getSimpleName();
  }

  private boolean isAllCommitted() throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(client())) {
      Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
      for (InputTopic topic : topics()) {
        for (int partition = 0; partition < 4; partition++) {
          asked.put(
              new TopicPartition(topic.under(KAFKA.prefix()), partition), OffsetSpec.latest());
        }
      }
      Map<TopicPartition, ListOffsetsResultInfo> ends =
          admin
              .listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
              .all()
              .get();
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin.listConsumerGroupOffsets(group()).partitionsToOffsetAndMetadata().get();
      return ends.entrySet().stream()
          .allMatch(
              end -> {
                OffsetAndMetadata offset = committed.get(end.getKey());
                return end.getValue().offset() == 0
                    || (offset != null && offset.offset() == end.getValue().offset());
              });
    }
  }

  private Map<String, Object> client() {
    return Map.of("bootstrap.servers", KAFKA.bootstrapServers());
  }

  // ---- the topics

  /** In transactions, every tenth of which is aborted and must leave no trace. */
  private void produce(Workload workload) {
    Map<String, Object> config = new HashMap<>(client());
    config.put("transactional.id", KAFKA.prefix() + "producer");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      int chunk = 200;
      for (int from = 0; from < workload.entries.size(); from += chunk) {
        int to = Math.min(workload.entries.size(), from + chunk);
        if (from / chunk % 10 == 5) {
          producer.beginTransaction();
          aborted(producer);
          producer.flush();
          producer.abortTransaction();
        }
        producer.beginTransaction();
        for (Workload.Entry entry : workload.entries.subList(from, to)) {
          producer.send(
              new ProducerRecord<>(
                  entry.topic().under(KAFKA.prefix()), entry.key().getBytes(UTF_8), entry.value()));
        }
        producer.commitTransaction();
      }
      producer.beginTransaction();
      aborted(producer);
      producer.flush();
      producer.abortTransaction();
    }
  }

  private void aborted(KafkaProducer<byte[], byte[]> producer) {
    for (int partition = 0; partition < 4; partition++) {
      producer.send(
          new ProducerRecord<>(
              InputTopic.REQUESTS.under(KAFKA.prefix()),
              partition,
              null,
              TestEvents.CODEC.encode(TestEvents.failedRequest(1_000_000 + partition))));
    }
  }

  private Set<String> deadLetters() {
    Set<String> values = new HashSet<>();
    Set<String> places = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : read("export-dead-letters")) {
      values.add(new String(record.value(), UTF_8));
      places.add(
          header(record, "topic") + header(record, "partition") + "@" + header(record, "offset"));
      assertThat(header(record, "reason")).isIn("refused", "rejected");
    }
    assertThat(places).hasSameSizeAs(values);
    return values;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader("aragora-dlq-" + name).value(), UTF_8);
  }

  private Set<String> poisonRecords(Workload workload) {
    return workload.entries.stream()
        .filter(entry -> topics().contains(entry.topic()))
        .map(entry -> new String(entry.value(), UTF_8))
        .filter(value -> value.contains("poison") && isExported(value))
        .collect(Collectors.toSet());
  }

  /** True if this exporter sends the event. */
  protected abstract boolean isExported(String value);

  private List<ConsumerRecord<byte[], byte[]>> read(String suffix) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(client(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(KAFKA.prefix() + suffix).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }
}
