package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.aragora.telemetry.testbed.broker.PlainClient;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user runs it: a process of its own. */
class ITQuickstart {

  private static final String COUNTING = "counted [1-9]";

  /** The live line of a processor that is not behind. */
  private static final String IN_STEP =
      "[0-9]:[0-9][0-9]  [0-9,]+ events/s  written [0-9,]+  counted [1-9]";

  /**
   * The same number four times, not zero: expected, sent, acknowledged, received; no dead letter.
   */
  private static final Pattern EXPORTED_SPANS =
      Pattern.compile("(?m)^spans +([1-9][0-9,]*) +\\1 +\\1 +\\1 +0$");

  private static final Pattern EXPORTED_LINES =
      Pattern.compile("(?m)^lines +([1-9][0-9,]*) +\\1 +\\1 +\\1 +0$");

  @TempDir private Path directory;

  @RegisterExtension private final Quickstarts quickstarts = new Quickstarts();

  @Test
  void everyEventOfAShortRunIsAccountedFor() throws Exception {
    QuickstartProcess quickstart = start("--duration", "8", "--rate", "300");

    int code = quickstart.awaitEnd(Duration.ofMinutes(3));

    assertThat(quickstart.output())
        .contains("Every event is accounted for")
        .contains("Every span and every line that the events give was acknowledged and received.")
        .containsPattern(EXPORTED_SPANS)
        .containsPattern(EXPORTED_LINES);
    assertThat(code).as(quickstart.output()).isZero();
  }

  @Test
  void stoppedRunShowsItsAccountAndSucceeds() throws Exception {
    QuickstartProcess quickstart = start("--rate", "100");
    int port = Integer.parseInt(quickstart.awaitOutput("Page +http://localhost:([0-9]+)/"));
    quickstart.awaitOutput(COUNTING);
    // The page has a trace with spans and lines, as they went through both exporters.
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              JsonNode traces = json(port, "/api/v1/traces").path("traces");
              String id =
                  StreamSupport.stream(traces.spliterator(), false)
                      .filter(trace -> trace.path("lines").asInt() > 0)
                      .findFirst()
                      .orElseThrow()
                      .path("id")
                      .asText();
              JsonNode trace = json(port, "/api/v1/traces/" + id);
              assertThat(trace.path("spans")).isNotEmpty();
              assertThat(trace.path("lines")).isNotEmpty();
            });
    quickstart.awaitOutput(IN_STEP);

    quickstart.terminate();

    assertThat(quickstart.awaitEnd(Duration.ofSeconds(30))).as(quickstart.output()).isZero();
    assertThat(quickstart.output()).contains("Every event is accounted for");
  }

  @Test
  void runThatIsStoppedBeforeAnythingIsCountedMissesNothing() throws Exception {
    QuickstartProcess quickstart = start("--rate", "3000");
    String port = quickstart.awaitOutput("Page +http://localhost:([0-9]+)/");
    assertThat(LocalHttp.get(Integer.parseInt(port), "/", Duration.ofSeconds(10)).body())
        .contains("<title>Aragora telemetry</title>");

    quickstart.terminate();

    assertThat(quickstart.awaitEnd(Duration.ofSeconds(40))).as(quickstart.output()).isZero();
    assertThat(quickstart.output()).doesNotContain("are missing");
  }

  @Test
  void portThatIsTakenNamesTheNextFreeOne() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      QuickstartProcess quickstart = start("--metrics-port", "" + taken.getLocalPort());

      assertThat(quickstart.awaitEnd(Duration.ofSeconds(40))).isNotZero();
      assertThat(quickstart.output())
          .containsPattern(
              "Port %d is taken by another process; --metrics-port [0-9]+ is free."
                  .formatted(taken.getLocalPort()));
    }
  }

  @Test
  void backendThatDoesNotAnswerIsSaidAndFails() throws Exception {
    QuickstartProcess quickstart =
        quickstarts.start(directory, Map.of("LOKI_URL", "http://127.0.0.1:1"), "--rate", "100");
    quickstart.awaitOutput(COUNTING);

    quickstart.terminate();

    assertThat(quickstart.awaitEnd(Duration.ofSeconds(40))).as(quickstart.output()).isEqualTo(1);
    assertThat(quickstart.output())
        .contains("Every event is accounted for")
        .containsPattern("(?m)^lines: [0-9,]+ records are not settled")
        .doesNotContain("spans: ");
  }

  @Test
  void invalidRecordOfAnotherClientIsADifference() throws Exception {
    QuickstartProcess quickstart = start("--no-load");
    String port = quickstart.awaitOutput("Kafka +localhost:([0-9]+)");
    try (PlainClient client = new PlainClient(Map.of("bootstrap.servers", "127.0.0.1:" + port))) {
      client.send(new ProducerRecord<>("aragora.logs", "{}".getBytes(StandardCharsets.UTF_8)));
    }

    quickstart.terminate();

    assertThat(quickstart.awaitEnd(Duration.ofSeconds(40))).as(quickstart.output()).isEqualTo(1);
    assertThat(quickstart.output())
        .contains("aragora.logs: dead letters: 1; aragora.dead-letters holds each with its reason.")
        .doesNotContain("is accounted for");
  }

  /** Five events give spans and lines; then the exporters rest. */
  @Test
  void pageHasTheFiguresOfBothExporters() throws Exception {
    QuickstartProcess quickstart = start("--no-load");
    int port = Integer.parseInt(quickstart.awaitOutput("Page +http://localhost:([0-9]+)/"));
    String output = "to a receiver in here; http://localhost:([0-9]+)/metrics";
    List<Integer> exporters =
        List.of(
            Integer.parseInt(quickstart.awaitOutput("Spans +" + output)),
            Integer.parseInt(quickstart.awaitOutput("Lines +" + output)));
    String kafka = quickstart.awaitOutput("Kafka +localhost:([0-9]+)");
    try (PlainClient client = new PlainClient(Map.of("bootstrap.servers", "127.0.0.1:" + kafka))) {
      for (int i = 0; i < 5; i++) {
        client.send(new ProducerRecord<>("aragora.requests", request(i)));
      }
      client.send(new ProducerRecord<>("aragora.requests", "{}".getBytes(StandardCharsets.UTF_8)));
    }
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              JsonNode reports = json(port, "/api/v1/snapshot").path("exporters");
              assertThat(reports).hasSize(2);
              for (int i = 0; i < 2; i++) {
                MetricsPage metrics = MetricsPage.of(exporters.get(i));
                JsonNode figures = reports.get(i).path("figures");
                assertThat(reports.get(i).path("address").asText())
                    .isEqualTo("http://127.0.0.1:" + exporters.get(i));
                assertThat(figures.path("exporter").asText()).isEqualTo(i == 0 ? "spans" : "logs");
                assertThat(figures.path("items").asLong())
                    .isEqualTo(count(metrics, "acknowledged_items_total"))
                    .isEqualTo(5);
                assertThat(figures.path("lagRecords").asLong())
                    .isEqualTo(count(metrics, "lag_records"))
                    .isZero();
                assertThat(figures.path("deadLettered").asLong())
                    .isEqualTo(count(metrics, "dead_lettered_records_total"));
                assertThat(figures.path("ready").path("ok").asBoolean()).isTrue();
              }
            });
    quickstart.terminate();
    quickstart.awaitEnd(Duration.ofSeconds(40));
  }

  private static long count(MetricsPage page, String metric) {
    return page.count("aragora_telemetry_exporter_" + metric, Map.of());
  }

  private static byte[] request(int number) {
    return """
        {"specversion":"1.0","id":"r%1$d","source":"/aragora/instances/api-1","time":"%2$s",
        "type":"ai.aragora.request.completed.v1",
        "data":{"request_id":"r%1$d","method":"GET","endpoint":"/a","status":500,"duration_seconds":0.1}}
        """
        .formatted(number, Instant.now())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode json(int port, String path) throws Exception {
    return new ObjectMapper().readTree(LocalHttp.get(port, path, Duration.ofSeconds(10)).body());
  }

  private QuickstartProcess start(String... arguments) throws Exception {
    return quickstarts.start(directory, Map.of(), arguments);
  }
}
