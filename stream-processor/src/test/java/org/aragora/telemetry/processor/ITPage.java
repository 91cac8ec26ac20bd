package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.Ports;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The page at {@code /} in a real browser. */
class ITPage {
  private static final String HOSTILE = "<img src=x onerror='window.hacked=1'>\\\"&amp;\u202e";
  private static final String REQUESTS =
      "aragora_requests_total{endpoint=\"/api/debates\",method=\"GET\",status=\"200\"}";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static Browser browser;

  @TempDir Path directory;

  @BeforeAll
  static void startBrowser() {
    Browser.assumeInstalled();
    browser = Browser.start();
    browser.view(1280, 1300, "light");
  }

  @BeforeEach
  void forgetTheLastPage() {
    browser.open("about:blank");
    browser.console();
  }

  @AfterAll
  static void stopBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void numbersEqualThoseOfMetricsAtRest() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      int port = pipe.start().metricsPort();
      Instant now = Instant.now();
      for (int i = 0; i < 40; i++) {
        byte[] request = TestEvents.request("r" + i, now, i % 8 == 0 ? 503 : 200);
        pipe.send("requests", null, null, request);
        if (i % 10 == 0) {
          pipe.send("requests", 0, null, sameRequest(now));
        }
      }
      pipe.send("requests", 0, null, TestEvents.bytes("{}"));
      pipe.send("debates", null, null, TestEvents.debateStarted("d1", now, 3600));
      pipe.send("debates", null, null, TestEvents.debateStarted("d2", now, 3600));
      pipe.send("instances", null, null, TestEvents.heartbeat("h1", now, 600, 1567));
      for (int i = 0; i < 3; i++) {
        pipe.send("agent-calls", null, null, agentCall("c" + i, "claude", now));
      }
      awaitRead(pipe, "requests", 45);
      awaitRead(pipe, "agent-calls", 3);
      awaitRead(pipe, "debates", 2);
      awaitRead(pipe, "instances", 1);

      browser.open(page(port));
      awaitVerdict("Complete until ");
      MetricsPage metrics = MetricsPage.of(port);

      assertThat(browser.text("#stat-debates .value"))
          .isEqualTo(whole(metrics.value("aragora_active_debates")))
          .isEqualTo("2");
      assertThat(browser.text("#stat-connections .value"))
          .isEqualTo(whole(metrics.value("aragora_websocket_connections")))
          .isEqualTo("1,567");
      assertThat(browser.text("#stat-agents .value"))
          .isEqualTo(whole(metrics.sum("aragora_agent_calls_total", Map.of()).orElseThrow()))
          .isEqualTo("3");
      for (String topic : List.of("debates", "requests", "agent-calls", "instances", "logs")) {
        String name = pipe.topic(topic);
        long counted = metrics.events(name, "counted");
        long duplicate = metrics.events(name, "duplicate");
        long dead = metrics.events(name, "dead_letter");
        assertThat(ledgerRow(name).subList(1, 5))
            .containsExactly(
                whole(counted + duplicate + dead), whole(counted), whole(duplicate), whole(dead));
      }
      assertThat(ledgerRow(pipe.topic("requests")).subList(1, 5))
          .containsExactly("45", "41", "3", "1");
      assertThat(browser.text("#fact-ledger")).isEqualTo("51 read, all accounted for");
      assertThat(browser.text("#fact-serves")).isEqualTo("all 2 partitions");
      assertThat(browser.text("#application")).isEqualTo(kafka.prefix() + "processor");
      assertThat(browser.text("#generation")).isEqualTo("generation 0");
      assertThat(browser.isShown("#banner")).isFalse();
      assertThat(browser.console()).isEmpty();
      assertThat(snapshot(port)).contains("\"appendedRecords\":51,");

      // A rate: 60 more within the page's minute.
      for (int i = 0; i < 60; i++) {
        pipe.send("requests", null, null, TestEvents.request("more" + i, now, i < 30 ? 500 : 200));
      }
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(browser.text("#stat-errors .value")).isEqualTo("50 %");
                assertThat(browser.text("#stat-p99 .value")).isEqualTo("50 ms"); // 0.01 to 0.05
                assertThat(browser.content("#graph-errors .legend")).isEqualTo("/api/debates50 %");
                assertThat(snapshot(port)).contains("\"appendedRecords\":111,");
                assertThat(browser.text("#edge-write"))
                    .matches("([1-9][0-9.]*|0\\.[0-9]*[1-9])/s, 0 dropped");
              });
    }
  }

  @Test
  void processorThatWaitsForABrokerReportsItAndTheBrokerThatGoesToo() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start();
        Pipe pipe =
            new Pipe(broker.bootstrapServers(), "away.")
                .with("CREATE_TOPICS", "true")
                .with("SESSION_TIMEOUT_MS", "6000")
                .with("STALL_SECONDS", "5")) {
      int port = pipe.start().metricsPort();
      browser.open(page(port));
      pipeIsCounting(pipe);
      awaitVerdict("Complete until ");
      assertThat(browser.isShown("#banner")).isFalse();

      broker.pause();
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                String sentence =
                    LocalHttp.get(port, "/health/ready", Pipe.PATIENCE).body().strip();
                assertThat(browser.isShown("#banner")).isTrue();
                assertThat(browser.text("#banner")).startsWith("Not ready.");
                assertThat(browser.text("#banner-text")).isEqualTo(sentence);
                assertThat(browser.text("#verdict")).isEqualTo("Not ready");
              });
      assertThat((String) browser.run("return document.getElementById('banner-link').href"))
          .endsWith("page/runbook.md#:~:text=TelemetryNothingComplete");
      assertThat(LocalHttp.get(port, "/page/runbook.md", Pipe.PATIENCE).body())
          .contains("### TelemetryNothingComplete", "### TelemetryProcessorStopped");
      assertThat(browser.violations()).isEmpty();

      broker.resume();
      awaitVerdict("Complete until ");
      assertThat(browser.isShown("#banner")).isFalse();
    }
  }

  @Test
  void processThatIsGoneIsReported() throws Exception {
    kafka.createTopics(1);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      ProcessorService processor = pipe.start();
      browser.open(page(processor.metricsPort()));
      await().atMost(Pipe.PATIENCE).until(() -> browser.isShown("#main"));
      pipe.stop(processor);
      awaitVerdict("No answer");
      assertThat(browser.text("#banner")).contains("The process has not answered since ");
    }
  }

  @Test
  void hostileLabelsStayText() throws Exception {
    kafka.createTopics(1);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      int port = pipe.start().metricsPort();
      browser.open(page(port));
      Instant now = Instant.now();
      pipe.send("requests", null, null, hostileRequest("first", now));
      awaitRead(pipe, "requests", 1);
      await()
          .atMost(Pipe.PATIENCE)
          .until(
              () ->
                  LocalHttp.get(port, "/api/v1/snapshot", Pipe.PATIENCE).body().contains("onerror")
                      && browser.text("#ledger").contains("requests 1 1"));
      pipe.send("requests", null, null, hostileRequest("second", now));
      pipe.send("agent-calls", null, null, agentCall("c", HOSTILE, now));
      pipe.send(
          "instances",
          null,
          null,
          TestEvents.event(
              "h",
              "instance.heartbeat.v1",
              now,
              """
              {"instance_id":"%s","websocket_connections":1,"interval_seconds":60,"emitted":{},"dropped":{}}\
              """
                  .formatted(HOSTILE)));
      awaitRead(pipe, "agent-calls", 1);
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(browser.text("#graph-errors .legend"))
                      .contains("<img src=x onerror="));

      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> assertThat(browser.text("#tail tbody")).contains("agent=<img src=x onerror="));
      assertThat(browser.run("return document.querySelectorAll('main img').length")).isEqualTo(0L);
      assertThat(browser.run("return typeof window.hacked")).isEqualTo("undefined");
      assertThat(browser.content("main")).doesNotContain("\u202e").contains("&amp;\ufffd");
      assertThat(browser.console()).isEmpty();
      assertThat(LocalHttp.get(port, "/", Pipe.PATIENCE).body()).doesNotContain("<img src=x");
    }
  }

  @Test
  void pageWorksBelowAPrefixAndWithoutJavaScript() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      int port = pipe.start().metricsPort();
      pipeIsCounting(pipe);
      HttpServer proxy = proxy("/behind/a/prefix", port);
      try (Browser plain = Browser.start(false)) {
        browser.open("http://127.0.0.1:" + proxy.getAddress().getPort() + "/behind/a/prefix/");
        awaitVerdict("Complete until ");
        assertThat(browser.console()).isEmpty();

        plain.view(900, 900, "light");
        plain.open(page(port));
        assertThat(plain.text("#plain"))
            .contains(
                "Verdict Complete until",
                "Ledger balances",
                "Requests 1",
                "P99 latency of all requests 0.0",
                "Partitions served 2 of 2");
        assertThat(plain.isShown("#main")).isFalse();
      } finally {
        proxy.stop(0);
      }
    }
  }

  @Test
  void lastEventsAndDeadLettersAreShownWithoutTexts() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      int port = pipe.start().metricsPort();
      pipeIsCounting(pipe);
      browser.open(page(port));
      Instant now = Instant.now();
      pipe.send("agent-calls", null, null, agentCall("c1", "claude", now));
      pipe.send(
          "logs",
          null,
          null,
          TestEvents.event(
              "l1",
              "log.emitted.v1",
              now,
              """
              {"level":"ERROR","logger":"a","message":"password=hunter2"}\
              """));
      pipe.send("requests", null, null, TestEvents.event("x", "hunter2-is-no-type", now, "{}"));
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(browser.text("#tail tbody"))
                    .as(LocalHttp.get(port, "/api/v1/recent", Pipe.PATIENCE).body())
                    .contains("agent=claude", "level=ERROR", "request.completed.v1", "status=200");
                assertThat(browser.text("#dead tbody"))
                    .contains(pipe.topic("requests"), "unknown_type", "Field type must be a known");
                assertThat(browser.text("#redrive-command"))
                    .isEqualTo("bin/telemetry redrive --reason unknown_type --execute");
              });
      assertThat(LocalHttp.get(port, "/api/v1/recent", Pipe.PATIENCE).body())
          .doesNotContain("hunter2");

      browser.type("#tail-filter", "claude");
      assertThat(browser.text("#tail tbody")).contains("claude").doesNotContain("level=");
      browser.click("#tail-pause");
      pipe.send("agent-calls", null, null, agentCall("c2", "claude-2", now));
      awaitRead(pipe, "agent-calls", 2);
      await()
          .atMost(Pipe.PATIENCE)
          .until(
              () ->
                  LocalHttp.get(port, "/api/v1/recent", Pipe.PATIENCE).body().contains("claude-2"));
      assertThat(browser.text("#tail tbody")).doesNotContain("claude-2");
      browser.click("#tail-pause");
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(() -> assertThat(browser.text("#tail tbody")).contains("claude-2"));
      assertThat(browser.violations()).isEmpty();
      assertThat(browser.console()).isEmpty();
    }
  }

  @Test
  void oneOfTwoProcessorsReportsItsPart() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      int one = pipe.with("STATE_DIR", directory.resolve("one").toString()).start().metricsPort();
      pipeIsCounting(pipe);
      int two = pipe.with("STATE_DIR", directory.resolve("two").toString()).start().metricsPort();
      for (int port : List.of(one, two)) {
        browser.open(page(port));
        awaitVerdict("A part: 1 of 2 partitions");
        assertThat(browser.text("#fact-serves")).startsWith("1 of 2 partitions (");
      }
    }
  }

  @Test
  void eachOfTwoProcessorsThatNameTheirAddressShowsTheWhole() throws Exception {
    kafka.createTopics(2);
    int one = Ports.free();
    int two = Ports.free();
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      ProcessorService first = start(pipe, "one", one);
      ProcessorService second = start(pipe, "two", two);
      Instant now = Instant.now();
      for (int i = 0; i < 20; i++) {
        pipe.send("requests", null, null, TestEvents.request("r" + i, now, 200));
        pipe.send("agent-calls", null, null, agentCall("c" + i, "agent-" + i, now));
      }
      awaitRead(pipe, "requests", 20);
      awaitRead(pipe, "agent-calls", 20);
      for (int port : List.of(one, two)) {
        browser.open(page(port));
        awaitVerdict("Complete until ");
        assertThat(browser.text("#fact-serves")).isEqualTo("2 processors, all 2 partitions");
        assertThat(browser.text("#stat-agents .value")).isEqualTo("20");
        assertThat(ledgerRow(pipe.topic("requests")).subList(1, 3)).containsExactly("20", "20");
        assertThat(browser.text("#owners tbody")).contains("127.0.0.1:" + one, "127.0.0.1:" + two);
      }
      assertThat(first.metricsPort()).isEqualTo(one);
      pipe.stop(second);
      browser.open(page(one));
      awaitVerdict("Complete until ");
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> assertThat(browser.text("#fact-serves")).isEqualTo("all 2 partitions"));
    }
  }

  private ProcessorService start(Pipe pipe, String name, int port) {
    pipe.environment().put("METRICS_PORT", String.valueOf(port));
    return pipe.with("STATE_DIR", directory.resolve(name).toString())
        .with("PAGE_ADDRESS", "127.0.0.1:" + port)
        .start();
  }

  @Test
  void settingTurnsItOff() throws Exception {
    kafka.createTopics(1);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix()).with("PAGE", "false")) {
      int port = pipe.start().metricsPort();
      assertThat(LocalHttp.get(port, "/", Pipe.PATIENCE).body()).startsWith("Aragora telemetry: ");
      for (String path :
          List.of("/api/v1/snapshot", "/api/v1/recent", "/api/v1/stream", "/page/page.js")) {
        assertThat(LocalHttp.get(port, path, Pipe.PATIENCE).statusCode()).isEqualTo(404);
      }
    }
  }

  private static String snapshot(int port) throws Exception {
    return LocalHttp.get(port, "/api/v1/snapshot", Pipe.PATIENCE).body();
  }

  private static String page(int port) {
    return "http://127.0.0.1:" + port + "/";
  }

  private static void awaitVerdict(String start) {
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(() -> assertThat(browser.text("#verdict")).startsWith(start));
  }

  private static void pipeIsCounting(Pipe pipe) {
    pipe.send("requests", null, null, TestEvents.request("first", Instant.now(), 200));
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(() -> assertThat(pipe.page().value(REQUESTS)).isEqualTo(1));
  }

  private static void awaitRead(Pipe pipe, String topic, long records) {
    String name = pipe.topic(topic);
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(
            () -> {
              MetricsPage page = pipe.page();
              assertThat(
                      page.events(name, "counted")
                          + page.events(name, "duplicate")
                          + page.events(name, "dead_letter"))
                  .isEqualTo(records);
            });
  }

  private static byte[] sameRequest(Instant time) {
    return TestEvents.numbered(
        "again",
        "2026",
        1,
        "request.completed.v1",
        time,
        """
        {"request_id":"again","method":"GET","endpoint":"/api/debates","status":200,"duration_seconds":0.02}\
        """);
  }

  private static byte[] agentCall(String id, String agent, Instant time) {
    return TestEvents.event(
        id,
        "agent.call_completed.v1",
        time,
        """
        {"call_id":"%s","agent":"%s","status":"success","duration_seconds":2}\
        """
            .formatted(id, agent));
  }

  private static byte[] hostileRequest(String id, Instant time) {
    return TestEvents.event(
        id,
        "request.completed.v1",
        time,
        """
        {"request_id":"%s","method":"GET","endpoint":"%s","status":500,"duration_seconds":0.02}\
        """
            .formatted(id, HOSTILE));
  }

  @SuppressWarnings("unchecked")
  private static List<String> ledgerRow(String topic) {
    return (List<String>)
        browser.run(
            """
            const row = [...document.querySelectorAll('#ledger tbody tr')]
              .find(each => each.cells[0].textContent === arguments[0]);
            return [...row.cells].map(each => each.textContent);
            """,
            topic);
  }

  private static String whole(double value) {
    assertThat(value).isCloseTo(Math.rint(value), within(0.0));
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  /** A reverse proxy that adds a prefix and passes bytes on as they come. */
  private static HttpServer proxy(String prefix, int port) throws Exception {
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    HttpClient client = HttpClient.newHttpClient();
    proxy.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "proxy");
              thread.setDaemon(true);
              return thread;
            }));
    proxy.createContext(
        prefix,
        exchange -> {
          String path = exchange.getRequestURI().getPath().substring(prefix.length());
          try {
            HttpResponse<InputStream> answer =
                client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            answer
                .headers()
                .firstValue("Content-Type")
                .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
            exchange.sendResponseHeaders(answer.statusCode(), 0);
            byte[] buffer = new byte[8192];
            try (InputStream in = answer.body();
                var out = exchange.getResponseBody()) {
              for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                out.flush();
              }
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    proxy.start();
    return proxy;
  }
}
