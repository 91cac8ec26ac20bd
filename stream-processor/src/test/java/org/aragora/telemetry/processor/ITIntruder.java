package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Others on the same topics: another application id, and records that are not ours. */
class ITIntruder {
  private static final String SERIES =
      "aragora_requests_total{endpoint=\"/api/debates\",method=\"GET\",status=\"200\"}";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();
  private Pipe pipe;
  private int sent;

  @BeforeEach
  void open() {
    kafka.createTopics(2);
    pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix()).with("SESSION_TIMEOUT_MS", "3000");
  }

  @AfterEach
  void close() {
    pipe.close();
  }

  @Test
  void aSecondServiceIsRefusedByNameAndTheFirstGoesOnExactly() throws Exception {
    pipe.start();
    countMore(10);
    ProcessorService intruder = ProcessorService.start(ProcessorConfig.read(intruder()));
    assertThatThrownBy(() -> intruder.stopped().get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("is counted by application id " + kafka.prefix() + "processor (")
        .hasMessageContaining("so " + kafka.prefix() + "intruder does not start");
    for (String path : List.of("/health/live", "/health/ready")) {
      HttpResponse<String> health =
          LocalHttp.get(intruder.metricsPort(), path, Duration.ofSeconds(10));
      assertThat(health.statusCode()).as(path).isEqualTo(503);
      assertThat(health.body())
          .as(path)
          .contains("is counted by application id " + kafka.prefix() + "processor (");
    }
    intruder.close();
    countMore(10);
  }

  @Test
  void aGroupThatIsEmptyForAMomentIsNotGone() throws Exception {
    ProcessorService first = pipe.start();
    countMore(10);
    pipe.stop(first);
    ProcessorService intruder = ProcessorService.start(ProcessorConfig.read(intruder()));
    TimeUnit.SECONDS.sleep(2); // it has looked
    pipe.start();
    assertThatThrownBy(() -> intruder.stopped().get(60, TimeUnit.SECONDS))
        .hasMessageContaining("so " + kafka.prefix() + "intruder does not start");
    intruder.close();
    countMore(10);
  }

  @Test
  void anotherApplicationIdMayGoOnOnceTheFirstHasNoMember() {
    ProcessorService first = pipe.start();
    countMore(10);
    pipe.stop(first);
    try (ProcessorService second = ProcessorService.start(ProcessorConfig.read(intruder()))) {
      await()
          .atMost(Pipe.PATIENCE)
          .until(() -> page(second).events(pipe.topic("requests"), "counted") == 10);
    }
  }

  @Test
  void aDisplacedServiceStartsAgainAndIsExact() {
    pipe.start();
    countMore(10);
    // An intruder of another release, which did not look, took both partitions over, wrote totals
    // of its own and has ended.
    for (int partition = 0; partition < 2; partition++) {
      for (var record : pipe.read("metrics")) {
        if (record.partition() == partition
            && MetricsKey.find(record.key()).orElseThrow() instanceof MetricsKey.Partial) {
          pipe.send(new ProducerRecord<>(record.topic(), partition, record.key(), null, List.of()));
        }
      }
      announce(partition, kafka.prefix() + "gone");
    }
    await().atMost(Pipe.PATIENCE).until(() -> pipe.page().value(SERIES) == sent);
    countMore(10);
  }

  @Test
  void aDisplacedServiceWaitsAndIsNotLiveWhileTheOtherOneIs() {
    ProcessorService processor = pipe.start();
    countMore(10);
    Map<String, Object> member = new HashMap<>();
    member.put("bootstrap.servers", kafka.bootstrapServers());
    member.put("group.id", kafka.prefix() + "live");
    try (KafkaConsumer<byte[], byte[]> other =
        new KafkaConsumer<>(member, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      other.subscribe(List.of(pipe.topic("metrics")));
      await()
          .atMost(Pipe.PATIENCE)
          .until(
              () -> {
                other.poll(Duration.ofMillis(100));
                return !other.assignment().isEmpty();
              });
      announce(0, kafka.prefix() + "live");
      assertThat(ITStopsForGood.awaitStopped(processor))
          .contains("is counted by application id " + kafka.prefix() + "live (");
    }
    countMore(10);
  }

  @Test
  void recordsThatNobodyOfOursHasWrittenChangeNothing() {
    ProcessorService processor = pipe.start();
    countMore(10);
    for (int partition = 0; partition < 2; partition++) {
      pipe.send("metrics", partition, new byte[7], new byte[7]);
      pipe.send("metrics", partition, "intruder".getBytes(), "x".getBytes());
      pipe.send("metrics", partition, "intruder".getBytes(), null);
    }
    await()
        .atMost(Pipe.PATIENCE)
        .until(() -> pipe.page().value("aragora_telemetry_process_foreign_records") == 6);
    countMore(10);
    pipe.stop(processor);
    pipe.start();
    countMore(10);
  }

  private void announce(int partition, String applicationId) {
    pipe.send(
        "metrics",
        partition,
        new MetricsKey.Owner(partition).toBytes(),
        new OwnerValue(
                "intruder", 2, Optional.of(new OwnerValue.Service(applicationId, 0, 2, Map.of())))
            .toBytes());
  }

  /** Sends requests and waits until all that were ever sent are served. */
  private void countMore(int count) {
    for (int i = 0; i < count; i++) {
      pipe.send("requests", null, null, TestEvents.request("r" + sent++, Instant.now(), 200));
    }
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(pipe.page().value(SERIES)).isEqualTo(sent);
              assertThat(pipe.page().events(pipe.topic("requests"), "counted")).isEqualTo(sent);
            });
  }

  private Map<String, String> intruder() {
    Map<String, String> environment = new HashMap<>(pipe.environment());
    environment.put("ARAGORA_TELEMETRY_APPLICATION_ID", kafka.prefix() + "intruder");
    return environment;
  }

  private static org.aragora.telemetry.testbed.service.MetricsPage page(ProcessorService of) {
    return org.aragora.telemetry.testbed.service.MetricsPage.of(of.metricsPort());
  }
}
