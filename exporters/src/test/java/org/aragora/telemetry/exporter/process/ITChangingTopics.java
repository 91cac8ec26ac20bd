package org.aragora.telemetry.exporter.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.exporter.contract.TestEvents;
import org.aragora.telemetry.exporter.logs.LogsMain;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.receiver.CountingReceiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topics that change under a running exporter: no record is left out. */
class ITChangingTopics {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @RegisterExtension static final KafkaExtension KAFKA = new KafkaExtension();

  private Admin admin;
  private int written;

  @BeforeEach
  void openAdmin() {
    admin = Admin.create(Map.of("bootstrap.servers", KAFKA.bootstrapServers()));
  }

  @AfterEach
  void closeAdmin() {
    admin.close();
  }

  @Test
  void partitionsThatAreAddedAreRead() throws Exception {
    KAFKA.createTopics(1);
    try (CountingReceiver receiver = CountingReceiver.startDistinct(0);
        ExporterProcess logs = exporter(receiver)) {
      write(300);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(receiver.distinctLines()).isEqualTo(300));
      admin.createPartitions(Map.of(topic(), NewPartitions.increaseTo(4))).all().get();
      write(300);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(receiver.distinctLines()).isEqualTo(600));
      assertThat(logs.stopped()).isNotDone();
    }
  }

  @Test
  void topicThatIsDeletedAndMadeAgainIsReadFromItsBegin() throws Exception {
    KAFKA.createTopics(1);
    try (CountingReceiver receiver = CountingReceiver.startDistinct(0);
        ExporterProcess logs = exporter(receiver)) {
      write(300);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(receiver.distinctLines()).isEqualTo(300));
      recreate();
      write(1000);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(receiver.distinctLines()).isEqualTo(1300));
      assertThat(logs.stopped()).isNotDone();
      recreate();
      write(5);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(receiver.distinctLines()).isEqualTo(1305));
    }
  }

  private void recreate() throws Exception {
    admin.deleteTopics(List.of(topic())).all().get();
    await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions()
        .until(
            () -> {
              admin.createTopics(List.of(new NewTopic(topic(), 1, (short) 1))).all().get();
              return true;
            });
  }

  private static String topic() {
    return KAFKA.prefix() + "logs";
  }

  private static ExporterProcess exporter(CountingReceiver receiver) {
    Map<String, String> environment = new HashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", KAFKA.bootstrapServers());
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", KAFKA.prefix());
    environment.put("ARAGORA_TELEMETRY_LOGS_GROUP_ID", KAFKA.prefix() + "logs");
    environment.put("LOKI_URL", receiver.address());
    environment.put("METRICS_HOST", "127.0.0.1");
    environment.put("METRICS_PORT", "0");
    return ExporterProcess.start(LogsMain.definition(), environment);
  }

  /** Lines that differ, so that the receiver counts one that is sent again once. */
  private void write(int lines) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                KAFKA.bootstrapServers(),
                // More could lose the first batch of a new partition.
                "max.in.flight.requests.per.connection",
                1),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < lines; i++) {
        int number = written++;
        Event event =
            TestEvents.event(
                "line-" + number, LogEmitted.of(LogLevel.INFO, "test", "line " + number));
        producer.send(
            new ProducerRecord<>(
                topic(), ("key-" + number).getBytes(UTF_8), TestEvents.CODEC.encode(event)));
      }
    }
  }
}
