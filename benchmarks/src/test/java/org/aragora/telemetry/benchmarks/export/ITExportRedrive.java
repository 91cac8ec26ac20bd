package org.aragora.telemetry.benchmarks.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.exporter.logs.LogsMain;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.exporter.spans.SpansMain;
import org.aragora.telemetry.replay.RedriveMain;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.receiver.CountingReceiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Dead letters of one exporter, sent back by the command, with both exporters running. */
class ITExportRedrive {

  @RegisterExtension static final KafkaExtension KAFKA = new KafkaExtension();

  private static final Duration SOON = Duration.ofSeconds(60);

  /** A Loki that refuses lines about poison as long as {@code refusing} is set. */
  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  private final List<String> accepted = java.util.Collections.synchronizedList(new ArrayList<>());
  private volatile boolean refusing = true;
  private HttpServer loki;
  private CountingReceiver jaeger;

  @BeforeAll
  static void logOnlyErrors() {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
  }

  @BeforeEach
  void start() throws IOException {
    loki = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    loki.createContext("/", this::take);
    loki.start();
    jaeger = CountingReceiver.start(0);
  }

  @AfterEach
  void stop() {
    loki.stop(0);
    jaeger.close();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      List<String> entries = new ArrayList<>();
      JsonNode push = new ObjectMapper().readTree(new GZIPInputStream(exchange.getRequestBody()));
      for (JsonNode stream : push.get("streams")) {
        for (JsonNode entry : stream.get("values")) {
          entries.add(stream.get("stream") + " " + entry);
        }
      }
      boolean poisoned = entries.stream().anyMatch(entry -> entry.contains("poison"));
      if (refusing && poisoned) {
        if (entries.size() == 1) {
          refused.addAll(entries);
        }
        exchange.sendResponseHeaders(400, -1);
      } else {
        accepted.addAll(entries);
        exchange.sendResponseHeaders(204, -1);
      }
    }
  }

  @Test
  void deadLettersGoBackToTheirExporterOnceAndUnchanged() throws Exception {
    KAFKA.createTopics(2);
    produce(request("a"));
    produce(request("poison"));
    produce(new DebateStarted("d-poison", List.of("claude"), "law", "Adopt it?", 2L, null));
    produce(new DebateCompleted("d-poison", DebateOutcome.ERROR, 5_000_000L, 2L, null, null, "no"));
    produce(request("b"));
    try (ExporterProcess logs = ExporterProcess.start(LogsMain.definition(), environment());
        ExporterProcess spans = ExporterProcess.start(SpansMain.definition(), environment())) {
      await().atMost(SOON).until(() -> accepted.size() == 2 && refused.size() == 2);
      await().atMost(SOON).until(() -> jaeger.spans() == 4);
      await().atMost(SOON).until(() -> end("export-dead-letters") == 2);
      long inputs = inputs();

      assertThat(redrive("--exporter", "logs"))
          .contains("logs " + KAFKA.prefix() + "requests refused: 1 to send back")
          .contains("logs " + KAFKA.prefix() + "debates refused: 1 to send back")
          .contains("this was a dry run");
      assertThat(redrive("--exporter", "spans")).startsWith("0 to send back.");
      assertThat(end("export-redrive")).isZero();

      assertThat(
              redrive(
                  "--exporter", "logs", "--reason", "refused", "--topic", "requests", "--execute"))
          .contains("1 sent back.");
      await().atMost(SOON).until(() -> deadLettersOf("failed again").equals("1"));

      refusing = false;
      assertThat(redrive("--exporter", "logs", "--execute", "--again"))
          .contains("requests refused: 1 sent back\n")
          .contains("requests refused: 1 sent back before")
          .contains("debates refused: 1 sent back\n");
      await().atMost(SOON).until(() -> accepted.size() == 4);

      assertThat(accepted.subList(2, 4)).containsExactlyInAnyOrderElementsOf(refused);
      assertThat(accepted)
          .filteredOn(entry -> entry.contains("d-poison"))
          .first()
          .asString()
          .contains("law");
      assertThat(redrive("--exporter", "logs,spans", "--execute", "--again"))
          .contains("\n0 sent back.");
      assertThat(inputs()).as("nothing for the processor").isEqualTo(inputs);
      assertThat(jaeger.spans()).as("nothing for the other exporter").isEqualTo(4);
      assertThat(accepted).hasSize(4);
      assertThat(logs.metricsPort()).isNotEqualTo(spans.metricsPort());
    }
  }

  /** The number that a dry run gives for a fate, as text; empty where it gives none. */
  private String deadLettersOf(String fate) throws Exception {
    return redrive("--exporter", "logs")
        .lines()
        .filter(line -> line.contains(fate))
        .map(line -> line.replaceAll(".*: (\\d+) .*", "$1"))
        .findFirst()
        .orElse("");
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", KAFKA.bootstrapServers());
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", KAFKA.prefix());
    environment.put("ARAGORA_TELEMETRY_APPLICATION_ID", KAFKA.prefix() + "app");
    environment.put("ARAGORA_TELEMETRY_SPANS_GROUP_ID", KAFKA.prefix() + "spans");
    environment.put("ARAGORA_TELEMETRY_LOGS_GROUP_ID", KAFKA.prefix() + "logs");
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", jaeger.address());
    environment.put("OTEL_TRACES_SAMPLER", "always_on");
    environment.put("LOKI_URL", "http://127.0.0.1:" + loki.getAddress().getPort());
    environment.put("METRICS_PORT", "0");
    return environment;
  }

  private static RequestCompleted request(String id) {
    return new RequestCompleted(id, "GET", "/", 503, 1_000_000L, null);
  }

  private void produce(EventData data) {
    Event event = new Event("e-" + data.key(), "/i/api-1", Instant.now(), null, null, null, data);
    event = data instanceof DebateStarted ? withId(event, "start") : event;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", KAFKA.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(
          new ProducerRecord<>(
              event.type().topic().under(KAFKA.prefix()),
              event.key().getBytes(UTF_8),
              JsonEventCodec.create().encode(event)));
    }
  }

  private static Event withId(Event event, String id) {
    return new Event(id, event.source(), event.time(), null, null, null, event.data());
  }

  /** Output of the command. */
  private String redrive(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RedriveMain.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private long inputs() {
    long sum = 0;
    for (InputTopic topic : InputTopic.values()) {
      sum += end(topic.suffix());
    }
    return sum;
  }

  private static long end(String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", KAFKA.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(KAFKA.prefix() + topic).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      return consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
    }
  }
}
