package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions of others on an input topic: records that cannot be read, or never will be. */
class ITOpenTransaction {
  private static final int WAITING = 20;

  @RegisterExtension final KafkaExtension kafka = new KafkaExtension();

  @Test
  void recordsBehindAnOpenTransactionAreLagAndThoseOfAnAbortedOneAreNot() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe =
            new Pipe(kafka.bootstrapServers(), kafka.prefix())
                .with("STALL_SECONDS", "5")
                .with("LATE_GRACE_SECONDS", "1");
        KafkaProducer<byte[], byte[]> foreign = foreign()) {
      ProcessorService processor = pipe.start();
      String topic = pipe.topic("requests");
      String lag = "aragora_telemetry_lag_records{partition=\"1\",topic=\"" + topic + "\"}";
      String unstable =
          "aragora_telemetry_unstable_records{partition=\"1\",topic=\"" + topic + "\"}";
      String seconds = "aragora_telemetry_lag_seconds{topic=\"" + topic + "\"}";
      String complete =
          "aragora_telemetry_complete_until_timestamp_seconds{topic=\"" + topic + "\"}";
      pipe.send("requests", 0, null, TestEvents.request("r0", Instant.now(), 200));
      pipe.send("requests", 1, null, TestEvents.request("r1", Instant.now(), 200));
      await().atMost(Pipe.PATIENCE).until(() -> pipe.page().events(topic, "counted") == 2);
      await().atMost(Pipe.PATIENCE).until(() -> ready(processor).statusCode() == 200);

      foreign.initTransactions();
      foreign.beginTransaction();
      sendForeign(foreign, topic);
      Instant held = Instant.now();
      for (int i = 0; i < WAITING; i++) {
        pipe.send("requests", 1, null, TestEvents.request("w" + i, Instant.now(), 200));
      }
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                MetricsPage page = pipe.page();
                assertThat(page.value(lag)).isEqualTo(WAITING + 1);
                assertThat(page.value(unstable)).isEqualTo(WAITING + 1);
                assertThat(page.value(seconds)).isGreaterThan(6);
                assertThat(ready(processor).body())
                    .contains("cannot be read", topic + "-1", "kafka-transactions.sh");
              });
      assertThat(ready(processor).statusCode()).isEqualTo(200);
      assertThat(pipe.page().value(complete))
          .as("what waits is not complete, though seven seconds and more have passed")
          .isLessThan(held.toEpochMilli() / 1000.0 + 1);

      foreign.abortTransaction();
      await().atMost(Pipe.PATIENCE).until(() -> pipe.page().events(topic, "counted") == 22);
      await().atMost(Pipe.PATIENCE).until(() -> pipe.page().value(lag) == 0);

      // An aborted record at the end, and nothing behind it: nobody commits an offset there.
      foreign.beginTransaction();
      sendForeign(foreign, topic);
      await().atMost(Pipe.PATIENCE).until(() -> pipe.page().value(unstable) == 1);
      foreign.abortTransaction();
      Instant aborted = Instant.now();
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                MetricsPage page = pipe.page();
                assertThat(page.value(lag)).isZero();
                assertThat(page.value(unstable)).isZero();
                assertThat(page.value(seconds)).isZero();
                assertThat(page.value(complete))
                    .as("idle time goes on")
                    .isGreaterThan(aborted.toEpochMilli() / 1000.0 + 1);
                assertThat(ready(processor).body()).contains("records are counted and served");
              });
      await()
          .during(Duration.ofSeconds(7))
          .atMost(Pipe.PATIENCE)
          .until(() -> ready(processor).statusCode() == 200 && pipe.page().value(lag) == 0);
    }
  }

  private void sendForeign(KafkaProducer<byte[], byte[]> producer, String topic) throws Exception {
    producer
        .send(
            new ProducerRecord<>(topic, 1, null, TestEvents.request("foreign", Instant.now(), 200)))
        .get();
  }

  private KafkaProducer<byte[], byte[]> foreign() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            kafka.bootstrapServers(),
            "transactional.id",
            kafka.prefix() + "foreign"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static HttpResponse<String> ready(ProcessorService processor) throws Exception {
    return LocalHttp.get(processor.metricsPort(), "/health/ready", Pipe.PATIENCE);
  }
}
