package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ITRedrive {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  /** Ahead of the hour that an event may be, for as long as it takes to see it refused. */
  private static final Duration AHEAD = Duration.ofHours(1).plusSeconds(15);

  private LiveService service;

  @Test
  void deadLettersGoBackOnceAndAreCountedIfTheyCanBe() throws Exception {
    kafka.createTopics(3);
    service = new LiveService(kafka.bootstrapServers(), kafka.prefix(), 3);
    Instant time = Instant.now().plus(AHEAD);
    try (ProcessorService processor = service.start()) {
      write(2, request("early", time));
      write(1, "no event");
      service.awaitCounted();
      assertThat(ledger(2)).contains("\"counted\":0", "\"timestamp_out_of_range\":1");

      LiveService.Done dry = service.redrive();
      assertThat(dry.out())
          .contains("requests timestamp_out_of_range: 1 to send back")
          .contains("requests undecodable: 1 to send back")
          .contains("this was a dry run");
      assertThat(service.redrive("--reason", "undecodable").out()).contains("\n1 to send back.");
      assertThat(service.redrive("--topic", "debates").out()).startsWith("0 to send back.");

      await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> Instant.now().isAfter(time.minus(Duration.ofHours(1))));
      LiveService.Done done = service.redrive("--execute");
      assertThat(done.exitCode()).isZero();
      assertThat(done.out()).contains("\n2 sent back.");
      service.awaitCounted();

      assertThat(ledger(2)).contains("\"read\":2,\"counted\":1", "\"timestamp_out_of_range\":1");
      assertThat(ledger(1)).contains("\"read\":2,\"counted\":0", "\"undecodable\":2");
      LiveService.Done second = service.redrive("--execute");
      assertThat(second.out())
          .contains("requests timestamp_out_of_range: 1 sent back before")
          .contains("requests undecodable: 1 sent back before")
          .contains("requests undecodable: 1 failed again")
          .contains("\n0 sent back.");
      assertThat(service.redrive("--execute", "--again").out()).contains("\n1 sent back.");
      service.awaitCounted();
      assertThat(ledger(1)).contains("\"read\":3,\"counted\":0", "\"undecodable\":3");
      assertThat(processor.stopped()).isNotDone();
    }
    assertThat(service.replay("--verify").exitCode()).isZero();
  }

  @Test
  void aDeadLetterThatItsTopicNoLongerTakesIsReportedAndTheOthersAreSent() throws Exception {
    kafka.createTopics(3);
    service = new LiveService(kafka.bootstrapServers(), kafka.prefix(), 3);
    try (ProcessorService processor = service.start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      write(1, "no event");
      write(1, "no event ".repeat(100_000));
      service.awaitCounted();
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, kafka.prefix() + "requests"),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", "300000"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
      assertThat(service.redrive("--execute").out())
          .contains("requests undecodable: 1 larger than their topic takes")
          .contains("\n1 sent back.");
      assertThat(processor.stopped()).isNotDone();
    }
  }

  @Test
  void aRedactedDeadLetterIsReportedAndTheOthersAreSent() throws Exception {
    kafka.createTopics(3);
    service = new LiveService(kafka.bootstrapServers(), kafka.prefix(), 3);
    service.with("DEAD_LETTER_REDACTION", "true");
    try (ProcessorService processor = service.start()) {
      write(1, "no event");
      write(1, "no event, password=hunter2");
      service.awaitCounted();
      assertThat(service.redrive("--execute").out())
          .contains("requests undecodable: 1 redacted, so that they are not what was written")
          .contains("\n1 sent back.");
      assertThat(processor.stopped()).isNotDone();
    }
  }

  private String ledger(int partition) {
    return service
        .replay("--output", "json")
        .out()
        .lines()
        .filter(
            line ->
                line.startsWith(
                    "{\"topic\":\"requests\",\"partition\":%d,\"read\"".formatted(partition)))
        .findFirst()
        .orElseThrow();
  }

  private static String request(String id, Instant time) {
    return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/a\",\"type\":\"ai.aragora.request.completed.v1\",\"time\":\"%s\",\"data\":{\"request_id\":\"r\",\"method\":\"GET\",\"endpoint\":\"/\",\"status\":200,\"duration_seconds\":1}}"
        .formatted(id, time);
  }

  private static void write(int partition, String value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  kafka.prefix() + "requests",
                  partition,
                  "key".getBytes(StandardCharsets.UTF_8),
                  value.getBytes(StandardCharsets.UTF_8)))
          .get();
    }
  }
}
