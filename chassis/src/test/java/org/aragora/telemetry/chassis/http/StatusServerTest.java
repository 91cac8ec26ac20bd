package org.aragora.telemetry.chassis.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class StatusServerTest {
  private static final Duration A_SECOND = Duration.ofSeconds(1);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final HttpClient client = HttpClient.newHttpClient();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private volatile Health live = Health.good("it runs");
  private volatile Health ready = Health.good("it works");
  private final StatusServer server =
      StatusServer.start(
          new StatusServer.Address("127.0.0.1", 0), registry, () -> live, () -> ready);

  @BeforeEach
  void keepTheLog() {
    log.start();
    root.addAppender(log);
    root.setLevel(Level.INFO);
  }

  @AfterEach
  void stop() {
    server.close();
    root.detachAppender(log);
    root.setLevel(Level.ERROR);
  }

  @Test
  void healthIsAStatusAndASentence() throws Exception {
    assertThat(get("/health/live").body()).isEqualTo("it runs\n");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    ready = Health.bad("nothing is committed");
    assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(get("/health/ready").body()).isEqualTo("nothing is committed\n");
    assertThat(get("/health/ready").headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
  }

  @Test
  void indexAnswersAndOtherPathsDoNot() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(200);
    assertThat(get("/").body()).contains("/metrics", "/health/live", "/health/ready");
    assertThat(get("/x").statusCode()).isEqualTo(404);
    assertThat(get("/health").statusCode()).isEqualTo(404);
  }

  @Test
  void moreHandlersAreServedAndOneMayReplaceTheIndex() throws Exception {
    try (StatusServer other =
        StatusServer.start(
            new StatusServer.Address("127.0.0.1", 0),
            registry,
            () -> live,
            () -> ready,
            Map.of("", TextHandler.of(200, "a page"), "/more/*", TextHandler.of(200, "more")))) {
      assertThat(get(other, "/").body()).isEqualTo("a page\n");
      assertThat(get(other, "/more/x").body()).isEqualTo("more\n");
      assertThat(get(other, "/health/live").body()).isEqualTo("it runs\n");
      assertThat(get(other, "/x").statusCode()).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "X"})
  void methodsThatDoNotReadAreRefused(String method) throws Exception {
    for (String path : List.of("/", "/metrics", "/health/live", "/x")) {
      try (Socket socket = new Socket("127.0.0.1", server.port())) {
        String request = method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String answer =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(answer).startsWith("HTTP/1.1 405 ").contains("Allow: GET, HEAD");
      }
    }
  }

  @Test
  void checkThatThrowsIsBadHealth() throws Exception {
    try (StatusServer other =
        StatusServer.start(
            new StatusServer.Address("127.0.0.1", 0),
            registry,
            () -> {
              throw new IllegalStateException("no state");
            },
            () -> ready)) {
      HttpResponse<String> answer = get(other, "/health/live");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("no state").hasLineCount(1);
    }
  }

  @Test
  void formatAndCompressionAreNegotiated() throws Exception {
    counter("pages_total").inc(3);
    HttpResponse<String> text = get("/metrics");
    assertThat(text.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
    assertThat(text.body()).contains("pages_total 3.0");
    HttpResponse<String> open = get("/metrics", "Accept", "application/openmetrics-text");
    assertThat(open.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(open.body()).endsWith("# EOF\n");
    HttpResponse<byte[]> zipped =
        client.send(
            request("/metrics").header("Accept-Encoding", "gzip").build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(zipped.headers().firstValue("Content-Encoding")).hasValue("gzip");
    assertThat(
            new String(
                new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes(), UTF_8))
        .isEqualTo(text.body());
    HttpResponse<String> head =
        client.send(
            request("/metrics").method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void namesAreFilteredBeforeTheyAreCollected() throws Exception {
    counter("wanted_total").inc();
    AtomicInteger collected = new AtomicInteger();
    gauge("other", collected::incrementAndGet);
    assertThat(get("/metrics?name[]=wanted_total").body())
        .contains("wanted_total 1.0")
        .doesNotContain("other");
    assertThat(collected).hasValue(0);
    assertThat(get("/metrics?name%5B%5D=other").body()).contains("other");
  }

  @Test
  void queryThatCannotBeDecodedIsTheClientsFault() throws Exception {
    assertThat(raw("GET /metrics?name[]=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void failureToCollectIsAnswered500LoggedOnceAndNotReadyUntilAScrapeSucceeds() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    gauge(
        "broken",
        () -> {
          if (broken.get()) {
            throw new IllegalStateException("the store is closed");
          }
          return 1;
        });
    for (int i = 0; i < 3; i++) {
      assertThat(get("/metrics").statusCode()).isEqualTo(500);
      assertThat(get("/metrics").body()).contains("the store is closed").hasLineCount(1);
    }
    assertThat(lines(Level.ERROR)).hasSize(1);
    assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(get("/health/ready").body()).contains("the store is closed");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);

    broken.set(false);
    assertThat(get("/metrics").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    broken.set(true);
    assertThat(get("/metrics").statusCode()).isEqualTo(500);
    assertThat(lines(Level.ERROR)).hasSize(2);
  }

  @Test
  void healthAnswersWithinASecondWhile50SocketsSendHalfAHeaderOrReadNothing() throws Exception {
    Counter wide = wide();
    assertThat(get("/metrics").body().length()).isGreaterThan(8_000_000);
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 50; i++) {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1024);
        socket.connect(new java.net.InetSocketAddress("127.0.0.1", server.port()));
        sockets.add(socket);
        boolean half = i % 2 == 0;
        String request = "GET /metrics HTTP/1.1\r\nHost: x\r\n" + (half ? "X-Half: " : "\r\n");
        socket.getOutputStream().write(request.getBytes(UTF_8));
      }
      for (int i = 0; i < 20; i++) {
        assertHealthWithinASecond();
      }
      assertThat(wide.collect().getDataPoints()).isNotEmpty();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    await()
        .untilAsserted(() -> assertThat(get("/metrics?name[]=none").statusCode()).isEqualTo(200));
    assertOneLineAClient();
  }

  @Test
  void healthAnswersWithinASecondWhileEveryCollectorHangs() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    gauge(
        "stuck",
        () -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return 0;
        });
    List<CompletableFuture<HttpResponse<String>>> scrapes = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      scrapes.add(
          client.sendAsync(request("/metrics").build(), HttpResponse.BodyHandlers.ofString()));
    }
    await()
        .untilAsserted(() -> assertThat(scrapes).filteredOn(CompletableFuture::isDone).hasSize(22));
    for (int i = 0; i < 20; i++) {
      assertHealthWithinASecond();
    }
    release.countDown();
    List<Integer> codes = scrapes.stream().map(scrape -> scrape.join().statusCode()).toList();
    assertThat(codes).filteredOn(code -> code == 503).hasSize(22);
    assertThat(codes).filteredOn(code -> code == 200).hasSize(8);
  }

  @Test
  void moreConnectionsThanTheLimitDelayHealthByLessThanASecond() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        sockets.add(socket);
        socket.getOutputStream().write("GET /".getBytes(UTF_8));
      }
      assertHealthWithinASecond();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void clientThatBreaksOffIsOneLineInTheLog() throws Exception {
    wide();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoLinger(true, 0); // a reset, not an orderly end
      socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8));
      assertThat(socket.getInputStream().read()).isPositive();
    }
    await().untilAsserted(() -> assertThat(log.list).isNotEmpty());
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(log.list).hasSize(1);
    assertOneLineAClient();
  }

  @Test
  void headerThatIsTooLargeIsRefused() throws Exception {
    String answer = raw("GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + "x".repeat(20_000) + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 431").doesNotContain("\tat ");
    assertThat(get("/").statusCode()).isEqualTo(200);
  }

  @Test
  void portThatIsTakenIsRefusedByName() {
    StatusServer.Address taken = new StatusServer.Address("127.0.0.1", server.port());
    assertThatThrownBy(() -> StatusServer.start(taken, registry, () -> live, () -> ready))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith(
            "METRICS_PORT=%d is refused: 127.0.0.1 cannot listen there", server.port());
  }

  private void assertHealthWithinASecond() throws Exception {
    for (String path : List.of("/health/live", "/health/ready")) {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(request(path).timeout(A_SECOND).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
    }
  }

  private void assertOneLineAClient() {
    assertThat(log.list)
        .allSatisfy(
            line -> {
              assertThat(line.getFormattedMessage()).contains("has broken off").hasLineCount(1);
              assertThat(line.getThrowableProxy()).isNull();
            });
  }

  private List<String> lines(Level level) {
    return log.list.stream()
        .filter(line -> line.getLevel().equals(level))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private Counter counter(String name) {
    return Counter.builder().name(name).help("h").register(registry);
  }

  /** A page of more than eight megabytes: more than the buffers of a connection take. */
  private Counter wide() {
    Counter wide =
        Counter.builder().name("wide_total").help("h").labelNames("l").register(registry);
    for (int i = 0; i < 8000; i++) {
      wide.initLabelValues(i + "x".repeat(1000));
    }
    return wide;
  }

  private void gauge(String name, java.util.function.IntSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help("h")
        .callback(callback -> callback.call(value.getAsInt()))
        .register(registry);
  }

  private HttpRequest.Builder request(String path) {
    String raw = path.replace("[", "%5B").replace("]", "%5D");
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + raw));
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(StatusServer other, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + other.port() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
