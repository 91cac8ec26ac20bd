package org.aragora.telemetry.processor.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.broker.junit.KafkaExtension;
import org.aragora.telemetry.processor.Processor;
import org.aragora.telemetry.schemas.binary.BinaryReader;
import org.aragora.telemetry.schemas.binary.BinaryWriter;
import org.aragora.telemetry.schemas.metric.Ledger;
import org.aragora.telemetry.schemas.metric.MetricsKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
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

  // Fails in about half of the runs, cause not found: see HACKING.md.
  @EnabledIfSystemProperty(named = "aragora.telemetry.known-flakes", matches = "true")
  @Test
  void nothingDiffersUnderLoadAcrossRestartsAndAtRest() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    Processor first = service.start();
    try (ReplayLoad load = load(1)) {
      load.write(1500);
      CompletableFuture<Void> more =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 40 && !enough.get(); i++) {
                  load.write(100);
                }
              });
      Processor second = service.start();
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
      try (Processor third = service.start()) {
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
        Processor processor = service.start()) {
      load.write(2000);
      service.awaitCounted();
      assertThat(processor.stopped()).isNotDone();
    }
    assertThat(service.replay("--verify").exitCode()).isZero();
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

    assertThat(done.exitCode()).isEqualTo(1);
    assertThat(done.out())
        .contains("aragora_requests_total", "aragora_agent_latency_seconds", "ledger of ")
        .contains("aragora_log_events_total")
        .contains("live has nothing")
        .contains(" in the minute ")
        .contains(": 5 differences.");
  }

  @Test
  void serviceThatHasNeverRunIsNoSuccess() {
    LiveService.Done done = service.replay("--verify");

    assertThat(done.exitCode()).isEqualTo(1);
    assertThat(done.err()).contains("there is nothing to compare with");
  }

  private ConsumerRecord<byte[], byte[]> total(String metric) {
    return records("metrics").stream()
        .filter(
            record ->
                MetricsKey.fromBytes(record.key()) instanceof MetricsKey.Partial partial
                    && partial.series().metric().equals(metric))
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
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
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
