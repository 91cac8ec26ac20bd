package org.aragora.telemetry.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Topics that change under a running producer: every event is sent, or counted as dropped. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class ITChangingTopics {
  private static final String REQUESTS = "aragora.requests";

  private static TelemetryProducer producer(EmbeddedBroker broker) {
    return TelemetryProducer.builder("api-1")
        .bootstrapServers(broker.bootstrapServers())
        .heartbeatInterval(Duration.ZERO)
        .build();
  }

  private static void emit(TelemetryProducer telemetry, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(
              telemetry.emit(RequestCompleted.of("r-" + i, "GET", "/", 200, Duration.ofMillis(1))))
          .isTrue();
    }
  }

  private static ProducerStats.TopicStats stats(TelemetryProducer telemetry, String topic) {
    return telemetry.stats().topics().get(topic);
  }

  private static void recreate(EmbeddedBroker broker, int partitions) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.deleteTopics(List.of(REQUESTS)).all().get();
      await()
          .atMost(30, SECONDS)
          .ignoreExceptions()
          .until(
              () -> {
                admin
                    .createTopics(List.of(new NewTopic(REQUESTS, partitions, (short) 1)))
                    .all()
                    .get();
                return true;
              });
    }
  }

  /** Highest number of each epoch and partition, and how many there are. */
  private static void assertGapless(EmbeddedBroker broker) {
    Map<String, Long> highest = new HashMap<>();
    Map<String, Long> counts = new HashMap<>();
    for (String number :
        TopicReader.byNumber(
                TopicReader.all(broker.bootstrapServers(), REQUESTS), InputTopic.REQUESTS)
            .keySet()) {
      int slash = number.lastIndexOf('/');
      highest.merge(
          number.substring(0, slash), Long.parseLong(number.substring(slash + 1)), Math::max);
      counts.merge(number.substring(0, slash), 1L, Long::sum);
    }
    assertThat(highest).isEqualTo(counts);
  }

  @Test
  void moreAndFewerPartitions() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
      ITTelemetryProducer.createTopics(broker);
      try (TelemetryProducer telemetry = producer(broker);
          Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        emit(telemetry, 100);
        assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
        admin.createPartitions(Map.of(REQUESTS, NewPartitions.increaseTo(16))).all().get();
        emit(telemetry, 100);
        assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
        assertThat(stats(telemetry, REQUESTS).acknowledged()).isEqualTo(200);
        assertGapless(broker);

        recreate(broker, 1);
        emit(telemetry, 100);
        assertThat(telemetry.flush(Duration.ofSeconds(120))).isTrue();
        long dropped = stats(telemetry, REQUESTS).dropped();
        emit(telemetry, 100);
        assertThat(telemetry.flush(Duration.ofSeconds(60))).isTrue();

        ProducerStats.TopicStats all = stats(telemetry, REQUESTS);
        assertThat(all.offered()).isEqualTo(400).isEqualTo(all.acknowledged() + all.dropped());
        assertThat(dropped).isLessThan(100);
        assertThat(all.dropped()).as("events after the change is known").isEqualTo(dropped);
      }
    }
  }

  @Test
  void limitThatIsLoweredDropsWhatDoesNotFitAndNothingElse() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
      ITTelemetryProducer.createTopics(broker);
      try (TelemetryProducer telemetry = producer(broker);
          Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        Collection<AlterConfigOp> lower =
            List.of(
                new AlterConfigOp(
                    new ConfigEntry("max.message.bytes", "20000"), AlterConfigOp.OpType.SET));
        admin
            .incrementalAlterConfigs(
                Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "aragora.logs"), lower))
            .all()
            .get();
        java.util.Random random = new java.util.Random(1);
        for (int i = 0; i < 50; i++) {
          StringBuilder text = new StringBuilder("line " + i);
          while (i % 10 == 0 && text.length() < 60_000) {
            text.append(Long.toString(random.nextLong(), 36));
          }
          assertThat(telemetry.log(LogLevel.INFO, "a", text.toString())).isTrue();
        }
        assertThat(telemetry.flush(Duration.ofSeconds(60))).isTrue();
        ProducerStats.TopicStats logs = stats(telemetry, "aragora.logs");
        assertThat(logs.acknowledged()).isEqualTo(45);
        assertThat(logs.dropped()).isEqualTo(5);
      }
    }
  }
}
