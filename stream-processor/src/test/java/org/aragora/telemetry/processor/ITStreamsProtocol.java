package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The protocol {@code streams} on brokers with the group settings that Kafka ships. */
class ITStreamsProtocol {
  private static final String SERIES =
      "aragora_requests_total{endpoint=\"/api/debates\",method=\"GET\",status=\"200\"}";
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker =
        EmbeddedBroker.builder()
            .setting("group.streams.min.session.timeout.ms", "45000")
            .setting("group.streams.min.heartbeat.interval.ms", "5000")
            .start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void defaultSettingsServeExactNumbersAndSoDoesTheNextInstance() throws Exception {
    try (Pipe pipe = pipe("streams-a.")) {
      ProcessorService first = pipe.start();
      awaitTopics(pipe);
      for (int i = 0; i < 300; i++) {
        pipe.send("requests", null, null, TestEvents.request("r" + i, Instant.now(), 200));
      }
      awaitCounted(pipe, 300);
      await()
          .atMost(Pipe.PATIENCE)
          .until(
              () ->
                  LocalHttp.get(first.metricsPort(), "/health/ready", Pipe.PATIENCE).statusCode()
                      == 200);

      pipe.start();
      pipe.stop(first);
      pipe.send("requests", null, null, TestEvents.request("last", Instant.now(), 200));
      awaitCounted(pipe, 301);
      await()
          .during(Duration.ofSeconds(7))
          .atMost(Duration.ofSeconds(20))
          .until(() -> pipe.page().value(SERIES) == 301);
    }
  }

  @Test
  void sessionThatIsTooShortForItsHeartbeatsIsRefusedInOneSentence() throws Exception {
    try (Pipe pipe = pipe("streams-b.").with("SESSION_TIMEOUT_MS", "50000");
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "streams-b.processor");
      admin
          .incrementalAlterConfigs(
              Map.of(
                  group,
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("streams.heartbeat.interval.ms", "15000"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
      ProcessorService refused = pipe.start();
      assertThat(refused.stopped())
          .failsWithin(Pipe.PATIENCE.toSeconds(), TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("streams.heartbeat.interval.ms=15000");
    }
  }

  private static Pipe pipe(String prefix) {
    return new Pipe(broker.bootstrapServers(), prefix)
        .with("CREATE_TOPICS", "true")
        .with("GROUP_PROTOCOL", "streams");
  }

  private static void awaitTopics(Pipe pipe) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      await()
          .atMost(Pipe.PATIENCE)
          .until(() -> admin.listTopics().names().get().contains(pipe.topic("requests")));
    }
  }

  private static void awaitCounted(Pipe pipe, double requests) {
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(() -> assertThat(pipe.page().value(SERIES)).isEqualTo(requests));
  }
}
