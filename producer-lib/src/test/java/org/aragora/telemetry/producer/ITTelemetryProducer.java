package org.aragora.telemetry.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.chassis.topics.TopicAdmin;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.InstanceHeartbeat;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("main-path")
class ITTelemetryProducer {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static RequestCompleted request(int i) {
    return RequestCompleted.of("r-" + i, "GET", "/api/debates", 200, Duration.ofMillis(i));
  }

  private ProducerBuilder builder() {
    return TelemetryProducer.builder("api-1")
        .bootstrapServers(kafka.bootstrapServers())
        .topicPrefix(kafka.prefix());
  }

  private List<ConsumerRecord<byte[], byte[]>> records(InputTopic topic) {
    return TopicReader.all(kafka.bootstrapServers(), topic.under(kafka.prefix()));
  }

  private void assertNumbered(List<ConsumerRecord<byte[], byte[]>> records, int count) {
    Map<String, List<Event>> numbers = TopicReader.byNumber(records, InputTopic.REQUESTS);
    assertThat(records).hasSize(count);
    assertThat(numbers).hasSize(count);
    for (int partition = 0; partition < 4; partition++) {
      String middle = "/" + partition + "/";
      long size = numbers.keySet().stream().filter(n -> n.contains(middle)).count();
      assertThat(numbers.keySet()).anyMatch(n -> n.endsWith(middle + size));
      assertThat(numbers.keySet()).noneMatch(n -> n.endsWith(middle + (size + 1)));
    }
  }

  @Test
  void everythingAcceptedArrivesOnceAndNumberedBeforeCloseReturns() {
    kafka.createTopics(4);
    TelemetryProducer telemetry = builder().build();
    for (int i = 0; i < 20_000; i++) {
      assertThat(telemetry.emit(request(i))).isTrue();
    }
    telemetry.close();

    assertNumbered(records(InputTopic.REQUESTS), 20_000);
    List<ConsumerRecord<byte[], byte[]>> beats = records(InputTopic.INSTANCES);
    InstanceHeartbeat last =
        (InstanceHeartbeat)
            Broker.event(InputTopic.INSTANCES, beats.get(beats.size() - 2).value()).data();
    assertThat(last.emitted()).containsEntry(kafka.prefix() + "requests", 20_000L);
  }

  @Test
  void topicThatIsMissingAtFirstIsWaitedForAndHoldsUpNoOther() throws Exception {
    kafka.createTopics(4);
    String logs = InputTopic.LOGS.under(kafka.prefix());
    try (Admin admin =
            Admin.create(
                Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()));
        TelemetryProducer telemetry = builder().build()) {
      admin.deleteTopics(List.of(logs)).all().get();
      // The broker takes records of the topic until it has the controller's news.
      await().atMost(30, SECONDS).until(() -> !admin.listTopics().names().get().contains(logs));
      telemetry.log(org.aragora.telemetry.schemas.field.LogLevel.INFO, "a", "early");
      telemetry.emit(request(1));
      await()
          .atMost(30, SECONDS)
          .until(
              () ->
                  telemetry.stats().topics().get(kafka.prefix() + "requests").acknowledged() == 1);
      assertThat(telemetry.stats().topics().get(logs).acknowledged()).isZero();

      new TopicAdmin(admin).create(new TopicAdmin.Plan(kafka.prefix(), 4, OptionalInt.empty()));
      assertThat(telemetry.flush(Duration.ofSeconds(40))).isTrue();
    }
    assertThat(records(InputTopic.LOGS)).hasSize(1);
  }

  @Test
  void brokerThatDiesForAWhileCostsNothingWithinTheBound() {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
      createTopics(broker);
      TelemetryProducer telemetry =
          TelemetryProducer.builder("api-1").bootstrapServers(broker.bootstrapServers()).build();
      int sent = 0;
      for (; sent < 2_000; sent++) {
        telemetry.emit(request(sent));
      }
      broker.kill();
      for (; sent < 6_000; sent++) {
        assertThat(telemetry.emit(request(sent))).isTrue();
      }
      assertThat(telemetry.flush(Duration.ofMillis(500))).isFalse();
      broker.restart();
      for (; sent < 8_000; sent++) {
        telemetry.emit(request(sent));
      }
      assertThat(telemetry.flush(Duration.ofSeconds(60))).isTrue();
      telemetry.close();

      assertThat(telemetry.stats().topics().get("aragora.requests").dropped()).isZero();
      assertNumbered(TopicReader.all(broker.bootstrapServers(), "aragora.requests"), 8_000);
    }
  }

  /** A broker that does not lead a partition yet refuses one batch and may take the next. */
  @Test
  void topicsOfThisMomentTakeEveryEvent() throws Exception {
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()))) {
      for (int round = 0; round < 15; round++) {
        String prefix = kafka.prefix() + "round" + round + ".";
        new TopicAdmin(admin).create(new TopicAdmin.Plan(prefix, 6, OptionalInt.empty()));
        try (TelemetryProducer telemetry =
            TelemetryProducer.builder("api-1")
                .bootstrapServers(kafka.bootstrapServers())
                .topicPrefix(prefix)
                .build()) {
          for (int i = 0; i < 2_000; i++) {
            assertThat(telemetry.emit(request(i))).isTrue();
          }
          assertThat(telemetry.flush(Duration.ofSeconds(30))).as(prefix).isTrue();
        }
        assertThat(TopicReader.all(kafka.bootstrapServers(), InputTopic.REQUESTS.under(prefix)))
            .hasSize(2_000);
      }
    }
  }

  static void createTopics(EmbeddedBroker broker) {
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()))) {
      new TopicAdmin(admin).create(new TopicAdmin.Plan("aragora.", 4, OptionalInt.empty()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
