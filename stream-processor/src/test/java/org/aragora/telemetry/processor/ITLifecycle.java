package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Results that depend on time: proposed ends, liveness, ratios, new series. */
@Execution(ExecutionMode.CONCURRENT)
@Order(1) // the longest begin first
class ITLifecycle {
  private static final String LAW_TIMEOUTS =
      "aragora_debates_completed_total{domain=\"law\",outcome=\"timeout\",status=\"timeout\"}";

  @RegisterExtension final KafkaExtension kafka = new KafkaExtension();

  @Test
  void endOfADebateThatNobodyEndsIsProposedOnceByTwoProcessorsAndCountedWhenReadBack() {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      pipe.start();
      ProcessorService second = pipe.start();
      Instant start = Instant.now().minusSeconds(3);
      byte[] key = TestEvents.bytes("foreign key");
      // Timeout 0: overdue 60 s of append time after its start; the partition stays idle.
      pipe.send("debates", 1, key, TestEvents.debateStarted("d1", start, 0));
      pipe.send("debates", 1, null, TestEvents.debateStarted("d2", start, 86_400));
      await().atMost(Pipe.PATIENCE).until(() -> pipe.page().value("aragora_active_debates") == 2);
      assertThat(pipe.page().value("aragora_debate_timeouts_total")).isZero();
      await()
          .atMost(Pipe.PATIENCE.multipliedBy(2))
          .until(() -> pipe.page().value("aragora_debate_timeouts_total") == 1);
      assertThat(pipe.page().value("aragora_active_debates")).isEqualTo(1);
      assertThat(pipe.page().value(LAW_TIMEOUTS)).isEqualTo(1);
      pipe.stop(second);
      await()
          .atMost(Pipe.PATIENCE)
          .until(() -> pipe.page().value("aragora_debate_timeouts_total") == 1);
      List<ConsumerRecord<byte[], byte[]>> records = pipe.read("debates");
      assertThat(records).hasSize(3);
      ConsumerRecord<byte[], byte[]> proposal = records.get(2);
      assertThat(proposal.partition()).isEqualTo(1);
      assertThat(proposal.key()).isEqualTo(key);
      assertThat(proposal.timestamp() - records.get(0).timestamp()).isGreaterThanOrEqualTo(60_000);
      Event event =
          ((Decoded.Valid)
                  JsonEventCodec.create()
                      .decode(InputTopic.DEBATES, proposal.value(), proposal.timestamp()))
              .event();
      assertThat(event.id()).isEqualTo("timeout:d1:start-d1");
      assertThat(event.source()).isEqualTo("/aragora/telemetry");
      assertThat(event.sequence()).isNull();
      assertThat(event.time()).isEqualTo(start);
      assertThat(event.data())
          .isEqualTo(new DebateCompleted("d1", DebateOutcome.TIMEOUT, 0, null, null, "law", null));
    }
  }

  @Test
  void instanceIsUpWhileItsHeartbeatsComeThenSilentAndItsConnectionsGoWithIt() {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      pipe.start();
      Instant now = Instant.now();
      pipe.send("instances", null, null, TestEvents.heartbeat("h1", now, 10, 5));
      pipe.send(
          "requests",
          null,
          null,
          TestEvents.event(
              "w1",
              "websocket.opened.v1",
              now.plusMillis(1),
              "{\"connection_id\":\"c\",\"connections\":6}"));
      String up = "aragora_instance_up{instance_id=\"api-1\"}";
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                MetricsPage page = pipe.page();
                assertThat(page.value("aragora_websocket_connections")).isEqualTo(6);
                assertThat(page.value(up)).isEqualTo(1);
              });
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                MetricsPage page = pipe.page();
                assertThat(page.has(up)).isTrue();
                assertThat(page.value(up)).isZero();
                assertThat(page.value("aragora_websocket_connections")).isZero();
              });
      pipe.send("instances", null, null, TestEvents.heartbeat("h2", now.plusSeconds(20), 3600, 4));
      await()
          .atMost(Pipe.PATIENCE)
          .until(
              () -> {
                MetricsPage page = pipe.page();
                if (page.value(up) == 1) {
                  // Never alive with the connections of the heartbeat before its silence.
                  assertThat(page.value("aragora_websocket_connections")).isEqualTo(4);
                }
                return page.value(up) == 1;
              });
      pipe.send(
          "instances",
          null,
          null,
          TestEvents.event(
              "s1", "instance.stopped.v1", now.plusSeconds(21), "{\"instance_id\":\"api-1\"}"));
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                MetricsPage page = pipe.page();
                assertThat(page.has("aragora_websocket_connections")).isTrue();
                assertThat(page.has(up)).isFalse();
                assertThat(page.value("aragora_websocket_connections")).isZero();
              });
    }
  }

  @Test
  void ratiosAreThoseOfTheLastMinutesAndConsensusIsThereAtZero() {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      pipe.start();
      Instant now = Instant.now();
      for (int i = 0; i < 10; i++) {
        pipe.send("requests", null, null, TestEvents.request("r" + i, now, i < 3 ? 503 : 200));
        pipe.send(
            "debates",
            null,
            null,
            TestEvents.debateCompleted("d" + i, now, i < 4 ? "timeout" : "no_consensus"));
      }
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                MetricsPage page = pipe.page();
                assertThat(page.value("aragora_request_error_rate{window=\"5m\"}")).isEqualTo(0.3);
                assertThat(page.value("aragora_request_error_rate{window=\"1h\"}")).isEqualTo(0.3);
                assertThat(page.value("aragora_debate_timeout_rate{window=\"5m\"}")).isEqualTo(0.4);
                assertThat(page.has("aragora_consensus_rate{window=\"5m\"}")).isTrue();
                assertThat(page.value("aragora_consensus_rate{window=\"5m\"}")).isZero();
                assertThat(page.has("aragora_consensus_reached_total{domain=\"general\"}"))
                    .isTrue();
                assertThat(page.value("aragora_consensus_reached_total{domain=\"general\"}"))
                    .isZero();
              });
    }
  }

  @Test
  void newSeriesIsServedAsZeroBeforeItsValue() {
    kafka.createTopics(2);
    try (Pipe pipe =
        new Pipe(kafka.bootstrapServers(), kafka.prefix()).with("BIRTH_SECONDS", "5")) {
      pipe.start();
      pipe.send("requests", null, null, TestEvents.request("r", Instant.now(), 200));
      String series =
          "aragora_requests_total{endpoint=\"/api/debates\",method=\"GET\",status=\"200\"}";
      await().atMost(Pipe.PATIENCE).until(() -> pipe.page().has(series));
      assertThat(pipe.page().value(series)).isZero();
      await().atMost(Pipe.PATIENCE).until(() -> pipe.page().value(series) == 1);
    }
  }
}
