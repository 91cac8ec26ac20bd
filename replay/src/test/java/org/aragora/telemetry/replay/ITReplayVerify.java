package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ITReplayVerify {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static final int PARTITIONS = 3;
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

  @Test
  void nothingDiffersUnderLoadAcrossRestartsAndAtRest() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    ProcessorService first = service.start();
    try (ReplayLoad load = load(1)) {
      load.write(1500);
      CompletableFuture<Void> more =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 40 && !enough.get(); i++) {
                  load.write(100);
                }
              });
      ProcessorService second = service.start();
      try {
        service.awaitCounted();
        LiveService.Done underLoad = service.replay("--verify", "--workers", "2");
        assertThat(underLoad.out()).contains("no difference");
        assertThat(underLoad.exitCode()).isZero();
      } finally {
        first.close();
        second.close();
        enough.set(true);
      }
      more.get();
      load.write(300);
      try (ProcessorService third = service.start()) {
        service.awaitCounted();
        assertThat(third.stopped()).isNotDone();
      }
    }

    LiveService.Done atRest = service.replay("--verify");

    assertThat(atRest.out()).endsWith(": no difference.\n").doesNotContain(" 0 windows");
    assertThat(atRest.exitCode()).isZero();
  }

  @Test
  void everyKindOfWrongLiveValueIsReported() throws Exception {
    try (ReplayLoad load = load(2);
        ProcessorService processor = service.start()) {
      load.write(2000);
      service.awaitCounted();
      assertThat(processor.stopped()).isNotDone();
    }
    LiveService.Done before = service.replay("--verify");
    assertThat(before.exitCode()).as(before.out()).isZero();
    ConsumerRecord<byte[], byte[]> total = total("aragora_requests_total");
    ConsumerRecord<byte[], byte[]> histogram = total("aragora_agent_latency_seconds");
    ConsumerRecord<byte[], byte[]> missing = total("aragora_log_events_total");
    ConsumerRecord<byte[], byte[]> window = records("metrics.windows").get(0);
    ConsumerRecord<byte[], byte[]> ledger =
        records("metrics").stream()
            .filter(r -> MetricsKey.fromBytes(r.key()) instanceof MetricsKey.LedgerOf)
            .filter(r -> Ledger.read(new BinaryReader(r.value())).read() > 0)
            .reduce((a, b) -> b)
            .orElseThrow();
    Ledger account = Ledger.read(new BinaryReader(ledger.value()));
    account.recordLate();
    BinaryWriter wrongAccount = new BinaryWriter();
    account.write(wrongAccount);
    overwrite(total, lastByteChanged(total.value()));
    overwrite(histogram, lastByteChanged(histogram.value()));
    overwrite(missing, null);
    overwrite(window, lastByteChanged(window.value()));
    overwrite(ledger, wrongAccount.toBytes());

    LiveService.Done done = service.replay("--verify", "--settle", "1");

    assertThat(done.exitCode()).isEqualTo(3);
    assertThat(done.out())
        .contains("aragora_requests_total", "aragora_agent_latency_seconds", "ledger of ")
        .contains("aragora_log_events_total")
        .contains("live has nothing")
        .contains(" in the minute ")
        .contains(": 5 differences.");
  }

  @Test
  void retiredPartsAreComparedAndEndsAreNoDifference() throws Exception {
    service.with("SERIES_RETENTION_DAYS", "0.00003"); // 2.6 s
    try (ReplayLoad load = load(3);
        ProcessorService processor = service.start()) {
      for (int wave = 0; wave < 3; wave++) {
        load.write(60);
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
      }
      load.write(60);
      service.awaitCounted();
      assertThat(processor.stopped()).isNotDone();
      await().atMost(Duration.ofMinutes(1)).until(() -> service.replay("--verify").exitCode() == 0);
    }
    LiveService.Done clean = service.replay("--verify");
    assertThat(clean.out()).endsWith(": no difference.\n");
    assertThat(clean.exitCode()).isZero();
    List<ConsumerRecord<byte[], byte[]>> parts =
        records("metrics").stream()
            .filter(record -> MetricsKey.fromBytes(record.key()) instanceof MetricsKey.Partial)
            .toList();
    assertThat(parts).as("ended").anyMatch(record -> record.value() == null);
    ConsumerRecord<byte[], byte[]> retired =
        parts.stream().filter(ITReplayVerify::isRetired).findAny().orElseThrow();
    ConsumerRecord<byte[], byte[]> returned =
        parts.stream()
            .filter(record -> record.value() != null && !isRetired(record))
            .filter(record -> part(record).incarnation() > 0)
            .findAny()
            .orElseThrow();
    overwrite(retired, lastByteChanged(retired.value()));
    overwrite(returned, lastByteChanged(returned.value()));

    LiveService.Done wrong = service.replay("--verify", "--settle", "1");
    assertThat(wrong.out())
        .contains(part(retired).series().metric(), part(returned).series().metric())
        .contains(": 2 differences.");
  }

  private static boolean isRetired(ConsumerRecord<byte[], byte[]> record) {
    return record.value() != null && PartialValue.fromBytes(record.value()).isRetired();
  }

  private static MetricsKey.Partial part(ConsumerRecord<byte[], byte[]> record) {
    return (MetricsKey.Partial) MetricsKey.fromBytes(record.key());
  }

  @Test
  void whereRetentionHasCutOnlyWindowsOfWhichNothingIsMissingAreCompared() throws Exception {
    TopicPartition cut = new TopicPartition(kafka.prefix() + "requests", 0);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        KafkaProducer<byte[], byte[]> producer = producer()) {
      timestampType(admin, cut.topic(), "CreateTime");
      // The broker goes on with its own times until it has the controller's news.
      TopicPartition other = new TopicPartition(cut.topic(), 1);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  producer.send(request(other, 0, START)).get().timestamp()
                      == START.toEpochMilli());
      for (int i = 0; i < 900; i++) {
        producer.send(request(cut, i, START.plusSeconds(i)));
      }
      producer.flush();
      timestampType(admin, cut.topic(), "LogAppendTime"); // the records keep their times
      try (ProcessorService processor = service.start()) {
        countAndCut(admin, cut, processor);
      }
    }
    String[] verify = {"--verify", "--allow-gaps", "--warm-up", "60", "--settle", "1"};

    LiveService.Done clean = service.replay(verify);

    assertThat(clean.out())
        .contains("1 of 15 partitions do not begin at offset 0: only their windows were compared")
        .endsWith(": no difference.\n")
        .doesNotContain(" 0 windows");
    assertThat(clean.exitCode()).isZero();

    // The other partition is whole, so a total of it would be compared.
    ConsumerRecord<byte[], byte[]> total =
        total("aragora_requests_total", part -> part.task().partition() == cut.partition());
    overwrite(total, lastByteChanged(total.value()));
    for (ConsumerRecord<byte[], byte[]> window : records("metrics.windows")) {
      long minute = WindowKey.fromBytes(window.key()).minute() - START.getEpochSecond() / 60;
      if (WindowKey.fromBytes(window.key()).series().metric().equals("aragora_requests_total")
          && (minute == 3 || minute == 4)) {
        overwrite(window, lastByteChanged(window.value()));
      }
    }

    // 100 s, 60 s of warm-up and 60 s of skew: minute 4 is whole, minute 3 is not.
    LiveService.Done wrong = service.replay(verify);
    assertThat(wrong.out()).contains(": 1 differences.");
  }

  private void countAndCut(Admin admin, TopicPartition cut, ProcessorService processor)
      throws Exception {
    service.awaitCounted();
    assertThat(processor.stopped()).isNotDone();
    // The last word on what was counted is a write interval behind.
    await().atMost(Duration.ofMinutes(1)).until(() -> service.replay("--verify").exitCode() == 0);
    admin.deleteRecords(Map.of(cut, RecordsToDelete.beforeOffset(100))).all().get();
  }

  private static void timestampType(Admin admin, String topic, String type) throws Exception {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry("message.timestamp.type", type),
                        AlterConfigOp.OpType.SET))))
        .all()
        .get();
  }

  private static ProducerRecord<byte[], byte[]> request(
      TopicPartition to, int number, Instant time) {
    String value =
        "{\"specversion\":\"1.0\",\"id\":\"r%d\",\"source\":\"/a\",\"type\":\"ai.aragora.request.completed.v1\",\"time\":\"%s\",\"data\":{\"request_id\":\"r%d\",\"method\":\"GET\",\"endpoint\":\"/api/debates\",\"status\":200,\"duration_seconds\":0.02}}"
            .formatted(number, time, number);
    return new ProducerRecord<>(
        to.topic(),
        to.partition(),
        time.toEpochMilli(),
        null,
        value.getBytes(StandardCharsets.UTF_8));
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", kafka.bootstrapServers()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  @Test
  void serviceThatHasNeverRunIsNoSuccess() {
    LiveService.Done done = service.replay("--verify");

    assertThat(done.exitCode()).isEqualTo(3);
    assertThat(done.err()).contains("there is nothing to compare with");
  }

  private ConsumerRecord<byte[], byte[]> total(String metric) {
    return total(metric, part -> true);
  }

  private ConsumerRecord<byte[], byte[]> total(
      String metric, Predicate<MetricsKey.Partial> isWanted) {
    return records("metrics").stream()
        .filter(
            record ->
                MetricsKey.fromBytes(record.key()) instanceof MetricsKey.Partial partial
                    && partial.series().metric().equals(metric)
                    && isWanted.test(partial))
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  /** Last committed value of every key. */
  private List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    Map<java.nio.ByteBuffer, ConsumerRecord<byte[], byte[]>> last = new java.util.LinkedHashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(kafka.prefix() + topic).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer
            .poll(java.time.Duration.ofMillis(200))
            .forEach(record -> last.put(java.nio.ByteBuffer.wrap(record.key()), record));
      }
    }
    return List.copyOf(last.values());
  }

  private void overwrite(ConsumerRecord<byte[], byte[]> record, byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      producer
          .send(new ProducerRecord<>(record.topic(), record.partition(), record.key(), value))
          .get();
    }
  }

  private static byte[] lastByteChanged(byte[] value) {
    byte[] changed = value.clone();
    changed[changed.length - 1] ^= 2;
    return changed;
  }
}
