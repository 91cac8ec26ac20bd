package org.aragora.telemetry.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.aragora.telemetry.producer.report.DropReason;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SpoolTest {
  @TempDir Path directory;

  private ProducerBuilder to(MockProducer<byte[], byte[]> client) {
    return TelemetryProducer.builder("api-1")
        .client(() -> client)
        .heartbeatInterval(Duration.ZERO)
        .spool(directory);
  }

  private static void emit(TelemetryProducer telemetry, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(telemetry.emit(RequestCompleted.of("r-" + i, "GET", "/", 200, Duration.ZERO)))
          .isTrue();
    }
  }

  private static List<String> numbers(MockProducer<byte[], byte[]> client) {
    List<String> numbers = new ArrayList<>();
    for (ProducerRecord<byte[], byte[]> record : Broker.sent(client, InputTopic.REQUESTS)) {
      var json = Broker.json(record);
      numbers.add(
          json.get("epoch").asText() + "/" + record.partition() + "/" + json.get("seq").asLong());
    }
    return numbers;
  }

  private List<Path> left() throws Exception {
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }

  @Test
  void whatIsAcknowledgedLeavesNothingOnDisk() throws Exception {
    MockProducer<byte[], byte[]> broker = Broker.acknowledging(4);
    try (TelemetryProducer telemetry = to(broker).build()) {
      emit(telemetry, 100);
    }
    assertThat(numbers(broker)).hasSize(100).doesNotHaveDuplicates();
    assertThat(left()).isEmpty();
  }

  @Test
  void whatIsLeftGoesOutInTheNextRunUnderItsOwnEpochAndNumbers() throws Exception {
    MockProducer<byte[], byte[]> silent = Broker.silent(4);
    TelemetryProducer first = to(silent).build();
    emit(first, 100);
    await().until(() -> numbers(silent).size() == 100);
    for (int i = 0; i < 30; i++) {
      silent.completeNext();
    }
    first.close(Duration.ofMillis(100));
    assertThat(first.stats().topics().get("aragora.requests").queued()).isEqualTo(70);
    assertThat(first.stats().topics().get("aragora.requests").dropped()).isZero();

    MockProducer<byte[], byte[]> broker = Broker.acknowledging(4);
    try (TelemetryProducer second = to(broker).build()) {
      emit(second, 10);
      await().atMost(20, SECONDS).until(() -> second.stats().recovered() == 70);
      assertThat(second.flush(Duration.ofSeconds(10))).isTrue();
    }
    assertThat(numbers(broker)).containsAll(numbers(silent).subList(30, 100)).hasSize(80);
    assertThat(left()).isEmpty();
  }

  @Test
  void eventsAcceptedWithoutAPartitionCountAreNumberedInTheNextRun() throws Exception {
    TelemetryProducer first =
        TelemetryProducer.builder("api-1")
            .bootstrapServers("127.0.0.1:1")
            .heartbeatInterval(Duration.ZERO)
            .spool(directory)
            .build();
    emit(first, 50);
    first.close(Duration.ofMillis(100));

    MockProducer<byte[], byte[]> broker = Broker.acknowledging(4);
    try (TelemetryProducer second = to(broker).build()) {
      await().atMost(20, SECONDS).until(() -> second.stats().recovered() == 50);
    }
    assertThat(numbers(broker)).hasSize(50).doesNotHaveDuplicates();
    assertThat(left()).isEmpty();
  }

  @Test
  void eventThatFailsForNowIsSentAgainEvenAfterTheDeliveryTimeout() {
    MockProducer<byte[], byte[]> silent = Broker.silent(1);
    try (TelemetryProducer telemetry = to(silent).build()) {
      emit(telemetry, 1);
      await().until(() -> silent.errorNext(new TimeoutException("delivery timeout")));
      await().until(silent::completeNext);
      assertThat(telemetry.flush(Duration.ofSeconds(5))).isTrue();
      assertThat(numbers(silent)).hasSize(2);
      assertThat(numbers(silent).get(0)).isEqualTo(numbers(silent).get(1));
    }
  }

  @Test
  void twoProducersShareADirectoryAndLeaveEachOtherAlone() throws Exception {
    MockProducer<byte[], byte[]> one = Broker.silent(4);
    MockProducer<byte[], byte[]> other = Broker.acknowledging(4);
    TelemetryProducer first = to(one).build();
    emit(first, 20);
    try (TelemetryProducer second = to(other).build()) {
      emit(second, 20);
      assertThat(second.flush(Duration.ofSeconds(10))).isTrue();
      assertThat(second.stats().recovered()).isZero();
    }
    assertThat(left()).hasSize(1);
    first.close(Duration.ZERO);

    MockProducer<byte[], byte[]> last = Broker.acknowledging(4);
    try (TelemetryProducer third = to(last).build()) {
      await().atMost(20, SECONDS).until(() -> third.stats().recovered() == 20);
    }
    assertThat(numbers(last)).containsExactlyInAnyOrderElementsOf(numbers(one));
    assertThat(left()).isEmpty();
  }

  @Test
  void fullSpoolDropsAndCounts() {
    MockProducer<byte[], byte[]> silent = Broker.silent(4);
    TelemetryProducer telemetry = to(silent).spoolBytes(16 * 1024 * 1024).build();
    String text = "x".repeat(60_000);
    int accepted = 0;
    for (int i = 0; i < 400; i++) {
      accepted +=
          telemetry.log(org.aragora.telemetry.schemas.field.LogLevel.INFO, "a", text) ? 1 : 0;
    }
    ProducerStats.TopicStats stats = telemetry.stats().topics().get("aragora.logs");
    assertThat(accepted).isBetween(200, 280);
    assertThat(stats.reasons().get(DropReason.FULL)).isEqualTo(400 - accepted);
    telemetry.close(Duration.ZERO);
  }

  @Test
  void directoryThatCannotBeUsedIsRefusedByName() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> to(Broker.silent(1)).spool(file).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void damagedEventOfAnEarlierRunIsCountedAndGoesIntoTheHeartbeat() throws Exception {
    TelemetryProducer first = to(Broker.silent(4)).bootstrapServers("127.0.0.1:1").build();
    emit(first, 50);
    first.close(Duration.ofMillis(100));
    Path run = left().get(0).resolve("aragora.requests");
    try (Stream<Path> files = Files.list(run).filter(f -> f.toString().endsWith(".events"))) {
      Path log = files.findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(log);
      bytes[bytes.length / 3] ^= 1;
      Files.write(log, bytes);
    }

    MockProducer<byte[], byte[]> broker = Broker.acknowledging(4);
    TelemetryProducer second = to(broker).heartbeatInterval(Duration.ofSeconds(1)).build();
    await().atMost(20, SECONDS).until(() -> second.stats().recovered() == 49);
    second.close();
    assertThat(second.stats().damaged()).isEqualTo(1);
    List<ProducerRecord<byte[], byte[]>> own = Broker.sent(broker, InputTopic.INSTANCES);
    var beat = Broker.json(own.get(own.size() - 2)).get("data").get("dropped");
    assertThat(beat.get("aragora.requests").asLong()).isEqualTo(1);
    assertThat(numbers(broker)).hasSize(49).doesNotHaveDuplicates();
    assertThat(directory.resolve("damaged")).isNotEmptyDirectory();
  }

  @Test
  void directoryThatIsDeletedUnderTheHostIsMadeAgain() throws Exception {
    MockProducer<byte[], byte[]> silent = Broker.silent(4);
    TelemetryProducer telemetry = to(silent).build();
    emit(telemetry, 20);
    await().until(() -> numbers(silent).size() == 20);
    org.aragora.telemetry.producer.disk.Disk.delete(directory);
    await()
        .atMost(20, SECONDS)
        .until(
            () -> {
              telemetry.emit(RequestCompleted.of("again", "GET", "/", 200, Duration.ZERO));
              return Files.isDirectory(directory)
                  && !left().isEmpty()
                  && Files.isDirectory(left().get(0).resolve("aragora.requests"));
            });
    await()
        .atMost(20, SECONDS)
        .until(
            () -> {
              while (silent.completeNext()) {}
              return telemetry.flush(Duration.ZERO);
            });
    ProducerStats.TopicStats stats = telemetry.stats().topics().get("aragora.requests");
    assertThat(stats.offered()).isEqualTo(stats.acknowledged() + stats.dropped());
    assertThat(numbers(silent)).doesNotHaveDuplicates();
    telemetry.close(Duration.ofMillis(200));
  }
}
