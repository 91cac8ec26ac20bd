package org.aragora.telemetry.exporter.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.exporter.contract.TestEvents;
import org.aragora.telemetry.exporter.logs.LogsMain;
import org.aragora.telemetry.exporter.spans.SpansMain;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.receiver.CountingReceiver;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both exporters, embedded, on a real broker. */
class ITExporters {

  @RegisterExtension static final KafkaExtension KAFKA = new KafkaExtension();

  private Map<String, String> environment(CountingReceiver receiver, String protocol) {
    Map<String, String> environment = new HashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", KAFKA.bootstrapServers());
    environment.put("KAFKA_GROUP_PROTOCOL", protocol);
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", KAFKA.prefix());
    environment.put("ARAGORA_TELEMETRY_SPANS_GROUP_ID", KAFKA.prefix() + "spans");
    environment.put("ARAGORA_TELEMETRY_LOGS_GROUP_ID", KAFKA.prefix() + "logs");
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.address());
    environment.put("OTEL_TRACES_SAMPLER", "always_on");
    environment.put("LOKI_URL", receiver.address());
    environment.put("METRICS_PORT", "0");
    return environment;
  }

  private void produce(List<Event> events) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", KAFKA.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (Event event : events) {
        producer.send(
            new ProducerRecord<>(
                event.type().topic().under(KAFKA.prefix()),
                event.key().getBytes(UTF_8),
                TestEvents.CODEC.encode(event)));
      }
    }
  }

  private static HttpResponse<String> get(ExporterProcess process, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + process.metricsPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void sampleDebateArrivesUnderBothGroupProtocols(String protocol) throws Exception {
    KAFKA.createTopics(4);
    produce(TestEvents.sampleDebate());
    try (CountingReceiver receiver = CountingReceiver.start(0);
        ExporterProcess spans =
            ExporterProcess.start(SpansMain.definition(), environment(receiver, protocol));
        ExporterProcess logs =
            ExporterProcess.start(LogsMain.definition(), environment(receiver, protocol))) {

      await().atMost(Duration.ofSeconds(60)).until(() -> receiver.spans() == 12);
      await().atMost(Duration.ofSeconds(60)).until(() -> receiver.lines() == 4);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> get(spans, "/health/ready").statusCode() == 200);

      assertThat(get(logs, "/health/live").body()).isEqualTo("ok\n");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(get(spans, "/metrics").body())
                      .contains(
                          "aragora_telemetry_exporter_acknowledged_records_total{exporter=\"spans\",topic=\""
                              + KAFKA.prefix()
                              + "agent-calls\"} 4.0")
                      .contains(
                          "aragora_telemetry_exporter_lag_seconds{exporter=\"spans\",topic=\""
                              + KAFKA.prefix()
                              + "debates\"} 0.0")
                      .contains("aragora_telemetry_exporter_lag_records{exporter=\"spans\"")
                      .contains(
                          "aragora_telemetry_exporter_in_flight_records{exporter=\"spans\"} 0.0")
                      .contains("aragora_telemetry_exporter_backend_duration_seconds_bucket")
                      .contains("jvm_memory_used_bytes{area=\"heap\"}"));
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(get(spans, "/").body())
                      .contains(
                          row("Ready", "ok"),
                          row("Exported spans", "12"),
                          row("Dead letters", "0")));
      JsonNode snapshot = new ObjectMapper().readTree(get(spans, "/api/v1/snapshot").body());
      long exported = 0;
      long calls = 0;
      for (JsonNode each : snapshot.path("partitions")) {
        exported += each.path("exported").asLong();
        calls +=
            each.path("topic").asText().endsWith("agent-calls")
                ? each.path("exported").asLong()
                : 0;
      }
      assertThat(calls).as("records of agent-calls, as on /metrics").isEqualTo(4);
      assertThat((double) exported)
          .isEqualTo(
              MetricsPage.parse(get(spans, "/metrics").body())
                  .sum("aragora_telemetry_exporter_acknowledged_records_total", Map.of())
                  .orElseThrow());
    }
  }

  private static String row(String name, String value) {
    return "<tr><th scope=\"row\">%s</th><td>%s</td></tr>".formatted(name, value);
  }

  @Test
  void committedRecordsAreNotSentAgain() throws Exception {
    KAFKA.createTopics(4);
    produce(TestEvents.sampleDebate());
    try (CountingReceiver receiver = CountingReceiver.start(0)) {
      for (int life = 0; life < 2; life++) {
        try (ExporterProcess spans =
            ExporterProcess.start(SpansMain.definition(), environment(receiver, "classic"))) {
          await().atMost(Duration.ofSeconds(60)).until(() -> receiver.spans() >= 12);
          await()
              .atMost(Duration.ofSeconds(60))
              .until(() -> get(spans, "/health/ready").statusCode() == 200);
        }
      }
      assertThat(receiver.spans()).isEqualTo(12);
    }
  }

  @Test
  void recordsBehindAnOpenTransactionAreLagAndThoseOfAnAbortedOneAreNot() throws Exception {
    KAFKA.createTopics(1);
    String topic = KAFKA.prefix() + "logs";
    List<Event> lines =
        TestEvents.sampleDebate().stream()
            .filter(event -> event.type().topic().under(KAFKA.prefix()).equals(topic))
            .toList();
    assertThat(lines).isNotEmpty();
    try (CountingReceiver receiver = CountingReceiver.start(0);
        ExporterProcess logs =
            ExporterProcess.start(LogsMain.definition(), environment(receiver, "classic"));
        KafkaProducer<byte[], byte[]> foreign =
            new KafkaProducer<>(
                Map.of(
                    "bootstrap.servers",
                    KAFKA.bootstrapServers(),
                    "transactional.id",
                    KAFKA.prefix() + "foreign"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      String labels = "{exporter=\"logs\",partition=\"0\",topic=\"" + topic + "\"} ";
      String lag = "aragora_telemetry_exporter_lag_records" + labels;
      String unstable = "aragora_telemetry_exporter_unstable_records" + labels;
      foreign.initTransactions();
      for (boolean more : List.of(true, false)) {
        foreign.beginTransaction();
        foreign.send(new ProducerRecord<>(topic, TestEvents.CODEC.encode(lines.get(0)))).get();
        if (more) {
          produce(lines);
        }
        double held = 1 + (more ? lines.size() : 0);
        await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(
                () ->
                    assertThat(get(logs, "/metrics").body())
                        .contains(lag + held)
                        .contains(unstable + held)
                        .doesNotContain(
                            "lag_seconds{exporter=\"logs\",topic=\"" + topic + "\"} 0.0"));
        foreign.abortTransaction();
        await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(
                () ->
                    assertThat(get(logs, "/metrics").body())
                        .contains(lag + "0.0")
                        .contains(unstable + "0.0")
                        .contains("lag_seconds{exporter=\"logs\",topic=\"" + topic + "\"} 0.0"));
        assertThat(receiver.lines()).isEqualTo(lines.size());
      }
    }
  }
}
