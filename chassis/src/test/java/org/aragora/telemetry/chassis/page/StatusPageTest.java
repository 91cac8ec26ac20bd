package org.aragora.telemetry.chassis.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusPageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final List<String> SCRIPTS =
      List.of(
          "page",
          "exporter",
          "exporters",
          "live",
          "words",
          "charts",
          "figures",
          "recent",
          "traces",
          "waterfall");

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger built = new AtomicInteger();
  private volatile PageContent content =
      new PageContent("{\"n\":1}", List.of(new PageContent.Row("Lag", "0.4 s")));
  private volatile RuntimeException failure;
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile boolean stuck;
  private final StatusServer server =
      StatusServer.start(
          new StatusServer.Address("127.0.0.1", 0),
          new PrometheusRegistry(),
          () -> Health.good("it runs"),
          () -> Health.good("it works"),
          StatusPage.ofProcessor(
              this::build,
              () -> new PageContent("{\"own\":1}", List.of()),
              () -> "[]",
              PageLinks.NONE));

  private PageContent build() {
    built.incrementAndGet();
    if (failure != null) {
      throw failure;
    }
    if (stuck) {
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return content;
  }

  @AfterEach
  void stop() {
    released.countDown();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/page/page.js",
        "/page/page.css",
        "/page/figures.js",
        "/page/peers.js",
        "/page/charts.js",
        "/page/recent.js",
        "/page/traces.js",
        "/page/waterfall.js",
        "/page/words.js",
        "/page/live.js",
        "/page/exporter.js",
        "/page/exporters.js",
        "/page/uPlot.iife.min.js",
        "/page/uPlot.min.css",
        "/page/icon.svg",
        "/page/runbook.md",
        "/page/nothing",
        "/api/v1/recent",
        "/api/v1/snapshot"
      })
  void everyAnswerAllowsNothingButItsOwnFiles(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).isEqualTo(path.endsWith("nothing") ? 404 : 200);
    assertThat(answer.body()).isNotEmpty();
    assertThat(answer.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(
            policy -> assertThat(policy).startsWith("default-src 'self'").doesNotContain("unsafe"));
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page/",
        "/page",
        "/page/index.html",
        "/page/../page/page.js",
        "/page/%2e%2e/StatusPage.class",
        "/page/PageFiles.class",
        "/page/page.js/x",
        "/page/a%00b"
      })
  void noOtherFileIsServed(String path) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      if (path.equals("/page/../page/page.js")) {
        assertThat(answer).startsWith("HTTP/1.1 200 ");
      } else {
        assertThat(answer).containsPattern("^HTTP/1.1 (404|400) ");
      }
    }
  }

  @Test
  void pageReachesItsFilesBelowAnyPrefix() throws Exception {
    String page = get("/").body();
    assertThat(page).contains("href=\"page/page.css\"").doesNotContainPattern("(src|href)=\"/");
    assertThat(page).doesNotContainPattern("(?i)<style|style=|<script>| on[a-z]+=|https?://");
    for (String script : SCRIPTS) {
      assertThat(get("/page/" + script + ".js").body())
          .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
          .doesNotContainPattern("['\"`]/(api|page)")
          .doesNotContainPattern("https?://(?!www\\.w3\\.org/2000/svg')")
          .doesNotContain(".style");
    }
  }

  @Test
  void everyFileThatThePageNamesIsServed() throws Exception {
    StringBuilder texts = new StringBuilder(get("/").body());
    for (String script : SCRIPTS) {
      texts.append(get("/page/" + script + ".js").body());
    }
    List<String> named =
        Pattern.compile("(?:src|href)=\"(page/[^\"]+)\"|from '\\./([^']+)'")
            .matcher(texts)
            .results()
            .map(each -> each.group(1) != null ? each.group(1) : "page/" + each.group(2))
            .distinct()
            .toList();
    assertThat(named).hasSizeGreaterThan(10);
    for (String file : named) {
      assertThat(get("/" + file).statusCode()).as(file).isEqualTo(200);
    }
  }

  @Test
  void tableWithoutJavaScriptHoldsTheRowsAsText() throws Exception {
    content =
        new PageContent(
            "{}", List.of(new PageContent.Row("<b>&\"'", "</td><script>alert(1)</script>")));
    assertThat(get("/").body())
        .contains(
            "<tr><th scope=\"row\">&lt;b&gt;&amp;&quot;&#39;</th>"
                + "<td>&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;</td></tr>")
        .doesNotContain("<script>alert");
  }

  @Test
  void unchangedFileIsNotSentAgain() throws Exception {
    String tag = get("/page/page.js").headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> again =
        client.send(
            HttpRequest.newBuilder(uri("/page/page.js")).header("If-None-Match", tag).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void streamSendsTheFiguresOnceASecondAndAllShareOneBuild() throws Exception {
    try (Stream one = new Stream();
        Stream other = new Stream()) {
      for (int i = 0; i < 3; i++) {
        assertThat(one.nextData()).isEqualTo("data: {\"n\":1}");
        assertThat(other.nextData()).isEqualTo("data: {\"n\":1}");
      }
      assertThat(get("/api/v1/snapshot").body()).isEqualTo("{\"n\":1}");
      assertThat(built.get()).isBetween(2, 5);
    }
  }

  @Test
  void nothingIsBuiltWhileNobodyWatches() throws Exception {
    try (Stream stream = new Stream()) {
      stream.nextData();
    }
    awaitNoBuilds();
  }

  private void awaitNoBuilds() {
    AtomicInteger before = new AtomicInteger(-1);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(1500))
        .until(() -> before.getAndSet(built.get()) == built.get());
  }

  @Test
  void oneStreamTooManyIsRefusedWithASentenceAndAPlaceIsFreedByAnEnd() throws Exception {
    List<Stream> streams = new ArrayList<>();
    try {
      for (int i = 0; i < StreamHandler.MAX_STREAMS; i++) {
        Stream stream = new Stream();
        streams.add(stream);
        stream.nextData();
      }
      HttpResponse<String> refused = get("/api/v1/stream");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("16 pages are open");
      streams.remove(0).close();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                try (Stream next = new Stream()) {
                  assertThat(next.status).contains(" 200 ");
                }
              });
    } finally {
      for (Stream stream : streams) {
        stream.close();
      }
    }
  }

  @Test
  void readerThatDoesNotReadIsDroppedAndDelaysNobody() throws Exception {
    content = new PageContent("\"" + "x".repeat(4_000_000) + "\"", List.of());
    try (Socket deaf = new Socket()) {
      deaf.setReceiveBufferSize(4096);
      deaf.connect(new java.net.InetSocketAddress("127.0.0.1", server.port()));
      deaf.getOutputStream()
          .write("GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
      await().atMost(PATIENCE).until(() -> built.get() > 0);
      try (Stream other = new Stream()) {
        for (int i = 0; i < 3; i++) {
          assertThat(other.nextData()).startsWith("data: ");
        }
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
      }
      awaitNoBuilds();
    }
  }

  @Test
  void sourceThatHangsDelaysNeitherHealthNorMetrics() throws Exception {
    stuck = true;
    var hanging =
        client.sendAsync(request("/api/v1/snapshot"), HttpResponse.BodyHandlers.ofString());
    await().atMost(PATIENCE).until(() -> built.get() == 1);
    for (int i = 0; i < 20; i++) {
      var unused = client.sendAsync(request("/"), HttpResponse.BodyHandlers.ofString());
    }
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/metrics").statusCode()).isEqualTo(200);
    assertThat(get(StatusPage.OWN_PATH).body()).isEqualTo("{\"own\":1}");
    stuck = false;
    released.countDown();
    assertThat(hanging.get().statusCode()).isEqualTo(200);
  }

  @Test
  void sourceThatThrowsIsASentenceAndThePageStaysUp() throws Exception {
    failure = new IllegalStateException("no\nstate");
    assertThat(get("/api/v1/snapshot").statusCode()).isEqualTo(500);
    assertThat(get("/").statusCode()).isEqualTo(200);
    assertThat(get("/").body()).contains("the figures of the page cannot be collected");
    try (Stream stream = new Stream()) {
      assertThat(stream.next("event")).isEqualTo("event: failure");
      assertThat(stream.nextData()).contains("no state");
      failure = null;
      assertThat(stream.nextData()).isEqualTo("data: {\"n\":1}");
    }
  }

  @Test
  void serverStopsWhileStreamsAreOpen() throws Exception {
    try (Stream stream = new Stream()) {
      stream.nextData();
      long start = System.nanoTime();
      server.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      assertThat(stream.isAtEnd()).isTrue();
    }
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(PATIENCE).build();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  /** A reader of the stream. */
  private final class Stream implements AutoCloseable {
    private final Socket socket = new Socket("127.0.0.1", server.port());
    private final BufferedReader lines;
    private final String status;

    Stream() throws IOException {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket
          .getOutputStream()
          .write("GET /api/v1/stream HTTP/1.0\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
      InputStream in = socket.getInputStream();
      lines = new BufferedReader(new InputStreamReader(in, UTF_8));
      status = lines.readLine();
    }

    String nextData() throws IOException {
      return next("data");
    }

    String next(String field) throws IOException {
      String line = lines.readLine();
      while (line != null && !line.startsWith(field + ":")) {
        line = lines.readLine();
      }
      return line;
    }

    boolean isAtEnd() {
      try {
        while (lines.readLine() != null) {
          continue;
        }
        return true;
      } catch (IOException e) {
        return !(e instanceof java.net.SocketTimeoutException);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
