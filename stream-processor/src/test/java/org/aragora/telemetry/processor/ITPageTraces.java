package org.aragora.telemetry.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.page.PageContent;
import org.aragora.telemetry.chassis.page.PageLinks;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.receiver.CountingReceiver;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Traces, links to them and the page of an exporter, in a real browser. */
class ITPageTraces {
  private static final String HOSTILE = "<img src=x onerror='window.hacked=1'>\\\"&amp;";
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final long START = 1_767_323_045_000_000_000L;
  private static final Path EXPORTER =
      Path.of("../exporters/src/test/resources/org/aragora/telemetry/exporter/page/snapshot.json");

  /** A snapshot of a processor that serves nothing yet. */
  private static final String EMPTY =
      """
      {"version":1,"timeMs":%d,"service":{"version":"1","revision":"r","applicationId":"a","address":"","topicPrefix":"p.",
      "generation":0,"state":"RUNNING","live":{"ok":true,"cause":"ok"},"ready":{"ok":true,"cause":"ok"}},
      "serving":{"partitions":[0],"all":1,"ledgersBalance":true},
      "traffic":{"requests":null,"serverErrors":null,"endpoints":[],"buckets":[],"activeDebates":null,
      "webSocketConnections":null,"agentCalls":null,"instancesUp":null,"instancesSilent":null,"producerDrops":null},
      "topics":[],"peers":[]}\
      """
          .replace("\n", "");

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static Browser browser;

  @BeforeAll
  static void startBrowser() {
    Browser.assumeInstalled();
    browser = Browser.start();
    browser.view(1280, 1300, "light");
  }

  @AfterAll
  static void stopBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  private static KeyValue attribute(String name, String value) {
    return KeyValue.newBuilder()
        .setKey(name)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static Span.Builder span(String id, String parent, String name, int fromMs, int toMs) {
    return Span.newBuilder()
        .setTraceId(ByteString.fromHex(TRACE))
        .setSpanId(ByteString.fromHex(id.repeat(8)))
        .setParentSpanId(ByteString.fromHex(parent.repeat(8)))
        .setName(name)
        .setStartTimeUnixNano(START + fromMs * 1_000_000L)
        .setEndTimeUnixNano(START + toMs * 1_000_000L);
  }

  private static void postSpans(CountingReceiver receiver, String service, Span.Builder... spans)
      throws Exception {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (Span.Builder span : spans) {
      scope.addSpans(span);
    }
    post(
        receiver,
        "/v1/traces",
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(
                        Resource.newBuilder().addAttributes(attribute("service.name", service)))
                    .addScopeSpans(scope))
            .build()
            .toByteArray());
  }

  private static void postLine(
      CountingReceiver receiver, int afterMs, String level, String logger, String message)
      throws Exception {
    String line =
        "{\"logger\":\"%s\",\"message\":\"%s\",\"trace_id\":\"%s\"}"
            .formatted(logger, message, TRACE);
    post(
        receiver,
        "/loki/api/v1/push",
        "{\"streams\":[{\"stream\":{\"level\":\"%s\",\"instance\":\"api-1\"},\"values\":[[\"%d\",\"%s\"]]}]}"
            .formatted(
                level,
                START + afterMs * 1_000_000L,
                line.replace("\\", "\\\\").replace("\"", "\\\""))
            .getBytes(UTF_8));
  }

  private static void post(CountingReceiver receiver, String path, byte[] body) throws Exception {
    int status =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(receiver.address() + path))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build(),
                HttpResponse.BodyHandlers.discarding())
            .statusCode();
    assertThat(status).isBetween(200, 299);
  }

  private static StatusServer server(CountingReceiver receiver) {
    return StatusServer.start(
        new StatusServer.Address("127.0.0.1", 0),
        new PrometheusRegistry(),
        () -> Health.good("it runs"),
        () -> Health.good("it works"),
        StatusPage.ofProcessor(
            () -> new PageContent(EMPTY.replace("%d", "" + System.currentTimeMillis()), List.of()),
            () -> new PageContent("{}", List.of()),
            () -> "{\"failure\":\"\",\"events\":[],\"deadLetters\":[]}",
            new PageLinks(
                Optional.empty(), Optional.empty(), Optional.of(URI.create(receiver.address())))));
  }

  private static void open(StatusServer server, String fragment) {
    browser.open("about:blank");
    browser.console();
    browser.open("http://127.0.0.1:" + server.port() + "/" + fragment);
  }

  private static void awaitText(String css, String part) {
    await()
        .atMost(Pipe.PATIENCE)
        .ignoreExceptions() // an element that is not there yet, or is replaced
        .untilAsserted(() -> assertThat(browser.text(css)).contains(part));
  }

  @SuppressWarnings("unchecked")
  private static List<String> strings(String script) {
    return (List<String>) browser.run(script);
  }

  private static void postDebate(CountingReceiver receiver) throws Exception {
    postSpans(
        receiver,
        "aragora",
        span("a1", "", "debate.run", 0, 1000),
        span("a2", "a1", "debate.round.1", 100, 600),
        span("a3", "a2", "agent.claude", 200, 500)
            .addAttributes(attribute("gen_ai.request.model", "claude-opus"))
            .addEvents(
                Span.Event.newBuilder()
                    .setName("consensus")
                    .setTimeUnixNano(START + 400_000_000L)
                    .addAttributes(attribute("debate.confidence", "0.9")))
            .setStatus(
                Status.newBuilder()
                    .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                    .setMessage("no answer in time")));
    postSpans(receiver, "claude", span("a4", "a3", "call", 210, 480));
    postLine(receiver, 150, "INFO", "aragora.debate", "round 1 begins");
    postLine(receiver, 520, "ERROR", "aragora.agents", "claude did not answer");
  }

  @Test
  void traceIsAWaterfallWithItsLines() throws Exception {
    try (CountingReceiver receiver = CountingReceiver.startKeeping(0);
        StatusServer server = server(receiver)) {
      postDebate(receiver);
      open(server, "");
      awaitText("#traces-list tbody", "debate.run");
      assertThat(
              strings(
                  "return [...document.querySelector('#traces-list tbody tr').cells].slice(1).map(c"
                      + " => c.textContent)"))
          .containsExactly("debate.run", "aragora", "1 s", "4", "1", "2");

      browser.click("#traces-list tbody button");
      awaitText("#trace-note", "Trace " + TRACE + ": 4 spans, 2 lines");
      assertThat(
              strings(
                  "return [...document.querySelectorAll('#waterfall .span-name')].map(e =>"
                      + " e.firstChild.textContent)"))
          .containsExactly("debate.run", "debate.round.1", "agent.claude", "call");
      assertThat(
              strings(
                  "return [...document.querySelectorAll('#waterfall .span-duration')].map(e =>"
                      + " e.textContent)"))
          .containsExactly("1 s", "500 ms", "300 ms", "270 ms");
      assertThat(
              strings(
                  "return [...document.querySelectorAll('#waterfall .bar')].map(e => e.firstChild)"
                      + ".map(r => r.getAttribute('x') + ' ' + r.getAttribute('width'))"))
          .containsExactly("0.0 1000.0", "100.0 500.0", "200.0 300.0", "210.0 270.0");
      assertThat(browser.text("#waterfall li:nth-of-type(4)")).contains("agent.claude", "failed");
      assertThat(
              strings(
                  "return [...document.querySelectorAll('#lines tbody tr')].map(r =>"
                      + " [...r.cells].map(c => c.textContent).join('|'))"))
          .containsExactly(
              "150 ms|INFO|aragora.debate|round 1 begins",
              "520 ms|ERROR|aragora.agents|claude did not answer");
      assertThat(browser.run("return document.activeElement.id")).isEqualTo("trace-title");

      browser.run("document.querySelector('#waterfall li:nth-of-type(4) summary').focus()");
      browser.press("\n");
      awaitText("#waterfall li:nth-of-type(4) dl", "no answer in time");
      assertThat(browser.text("#waterfall li:nth-of-type(4) dl"))
          .contains("gen_ai.request.model", "claude-opus", "consensus", "debate.confidence=0.9");

      // A span that comes later appears, and what was opened stays open.
      postSpans(receiver, "aragora", span("a5", "a1", "debate.elo_update", 990, 990));
      awaitText("#waterfall", "debate.elo_update");
      assertThat(browser.text("#waterfall li:nth-of-type(4) dl")).contains("no answer in time");
      assertThat(browser.violations()).isEmpty();

      for (String scheme : List.of("light", "dark")) {
        browser.view(360, 900, scheme);
        await()
            .atMost(Pipe.PATIENCE)
            .ignoreExceptions() // an element that is not there yet, or is replaced
            .untilAsserted(
                () ->
                    assertThat(browser.run("return document.documentElement.scrollWidth"))
                        .isEqualTo(360L));
        assertThat(browser.violations()).as(scheme).isEmpty();
      }
      browser.view(1280, 1300, "light");

      browser.click("#trace-close");
      assertThat(browser.isShown("#trace")).isFalse();
      assertThat(browser.run("return document.activeElement.textContent")).isEqualTo("debate.run");
      browser.type("#traces-filter", "nothing like it");
      awaitText("#traces-empty", "None matches.");
      assertThat(browser.console()).isEmpty();

      open(server, "#trace=" + "f".repeat(32));
      awaitText("#trace-note", "is not among the last");
      assertThat(browser.console()).isEmpty();
    }
  }

  @Test
  void hostileSpansAndLinesStayText() throws Exception {
    try (CountingReceiver receiver = CountingReceiver.startKeeping(0);
        StatusServer server = server(receiver)) {
      String raw = "<img src=x onerror='window.hacked=1'>";
      postSpans(
          receiver,
          raw,
          // Each is the other's parent, and one its own.
          span("a1", "a2", raw, 0, 100)
              .addAttributes(attribute(raw, raw))
              .addAttributes(attribute("__proto__", "x"))
              .addEvents(Span.Event.newBuilder().setName(raw))
              .setStatus(
                  Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage(raw)),
          span("a2", "a1", "</summary><script>window.hacked=1</script>", 50, 20),
          span("a3", "a3", "", 0, Integer.MAX_VALUE / 1000));
      postLine(receiver, -5, HOSTILE, HOSTILE, HOSTILE);
      open(server, "#trace=" + TRACE);
      awaitText("#trace-note", "3 spans, 1 line");
      browser.run(
          "document.querySelectorAll('#waterfall details').forEach(e => { e.open = true; })");
      awaitText("#waterfall dl", raw);
      assertThat(browser.text("#waterfall")).contains("</summary><script>", "__proto__");
      assertThat(browser.text("#lines tbody")).contains("<img src=x onerror=");
      assertThat(
              browser.run(
                  "return document.querySelectorAll('main img, main script:not([src])').length"))
          .isEqualTo(0L);
      assertThat(browser.run("return typeof window.hacked")).isEqualTo("undefined");
      assertThat(browser.console()).isEmpty();
    }
  }

  @Test
  void tailLinksToTheConfiguredPlacesAndThereIsNoPanel() throws Exception {
    kafka.createTopics(1);
    try (Pipe pipe =
        new Pipe(kafka.bootstrapServers(), kafka.prefix())
            .with("PAGE_TRACES_URL", "https://jaeger.example.org/ui/trace/{trace_id}")
            .with("PAGE_LOGS_URL", "https://grafana.example.org/explore?q={trace_id}")) {
      int port = pipe.start().metricsPort();
      browser.open("http://127.0.0.1:" + port + "/");
      browser.console();
      await().atMost(Pipe.PATIENCE).until(() -> browser.isShown("#main"));
      String event = new String(TestEvents.request("r", Instant.now(), 200), UTF_8);
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                pipe.send(
                    "requests",
                    null,
                    null,
                    event
                        .replaceFirst(
                            "\\{",
                            "{\"traceparent\":\"00-%s-b7ad6b7169203331-01\",".formatted(TRACE))
                        .getBytes(UTF_8));
                assertThat(
                        strings(
                            "return [...document.querySelectorAll('#tail tbody tr:first-child a,"
                                + " #node-backends a')].map(a => a.textContent + ' ' + a.href + ' '"
                                + " + a.rel)"))
                    .containsExactlyInAnyOrder(
                        "trace https://jaeger.example.org/ui/trace/"
                            + TRACE
                            + " noopener noreferrer",
                        "trace https://jaeger.example.org/ui/trace/"
                            + TRACE
                            + " noopener noreferrer",
                        "lines https://grafana.example.org/explore?q="
                            + TRACE
                            + " noopener noreferrer",
                        "lines https://grafana.example.org/explore?q="
                            + TRACE
                            + " noopener noreferrer");
              });
      assertThat(browser.isShown("#traces")).isFalse();
      assertThat(LocalHttp.get(port, "/api/v1/traces", Pipe.PATIENCE).statusCode()).isEqualTo(404);
      assertThat(browser.violations()).isEmpty();
      assertThat(browser.console()).isEmpty();
    }
  }

  @Test
  void exporterShowsItsFiguresInTheSameShell() throws Exception {
    String json = Files.readString(EXPORTER).replaceAll("\\n\\s*", "");
    PageContent.Row row = new PageContent.Row("Dead letters", "1");
    try (StatusServer server =
            StatusServer.start(
                new StatusServer.Address("127.0.0.1", 0),
                new PrometheusRegistry(),
                () -> Health.good("it runs"),
                () -> Health.good("it works"),
                StatusPage.ofExporter(
                    () ->
                        new PageContent(
                            json.replace(
                                "\"timeMs\": 0", "\"timeMs\": " + System.nanoTime() / 1_000_000),
                            List.of(row))));
        Browser plain = Browser.start(false)) {
      open(server, "");
      awaitText("#banner", "Starting. Kafka: it has not joined its consumer group yet.");
      assertThat(browser.text("#verdict")).isEqualTo("Starting");
      assertThat(browser.text("#stat-lag")).contains("61 s", "12 records");
      assertThat(browser.text("#stat-exported")).contains("1,500 in total");
      assertThat(browser.text("#stat-parked .value")).isEqualTo("4");
      assertThat(browser.text("#stat-retried")).contains("3", "http 503 3");
      assertThat(browser.text("#stat-dead")).contains("1", "rejected 1");
      assertThat(
              strings(
                  "return [...document.querySelectorAll('#partitions tbody tr')].map(r =>"
                      + " [...r.cells].map(c => c.textContent).join('|'))"))
          .containsExactly("aragora.debates|0|12|5|2|1|1", "aragora.debates|3|0|0|0|0|0");
      for (String scheme : List.of("light", "dark")) {
        browser.view(360, 900, scheme);
        assertThat(browser.violations()).as(scheme).isEmpty();
        assertThat(browser.run("return document.documentElement.scrollWidth")).isEqualTo(360L);
      }
      browser.view(1280, 1300, "light");
      assertThat(browser.console()).isEmpty();

      plain.view(900, 900, "light");
      plain.open("http://127.0.0.1:" + server.port() + "/");
      assertThat(plain.text("#plain")).contains("Dead letters 1");
    }
  }
}
