package org.aragora.telemetry.processor.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.page.PageContent.Row;
import org.aragora.telemetry.testbed.service.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExporterPagesTest {
  private static final Path EXPORTER =
      Path.of("../exporters/src/test/resources/org/aragora/telemetry/exporter/page/snapshot.json");
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String FIGURES =
      "{\"version\":1,\"timeMs\":5,\"service\":{\"exporter\":\"spans\",\"live\":{\"ok\":true,\"cause\":\"l\"},"
          + "\"ready\":{\"ok\":true,\"cause\":\"r\"}},\"lagSeconds\":null,\"lagRecords\":0,\"acknowledgedItems\":7}";

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @Test
  void figuresOfAnExporterAreThoseOfItsPage() throws Exception {
    URI address = serve("127.0.0.1", 0, "/api/v1/snapshot", 200, Files.readString(EXPORTER));

    assertThat(ask(address))
        .containsExactly(
            new ExporterReport(
                address.toString(),
                new ExporterReport.Figures(
                    0,
                    "spans",
                    Health.good("ok"),
                    Health.bad("Kafka: it has not joined its consumer group yet."),
                    java.util.OptionalDouble.of(61),
                    12,
                    1500,
                    1),
                ""));
    assertThat(PageRows.of(ExporterPagesTest.nothing(), ask(address)))
        .contains(
            new Row(
                "Exporter " + address,
                "1,500 spans sent, lag 61.0 s, 12 records waiting, dead letters 1,"
                    + " not ready: Kafka: it has not joined its consumer group yet."));
  }

  @Test
  void pageBelowAPathIsAskedThere() throws Exception {
    URI address = serve("127.0.0.1", 0, "/a/b%20c/api/v1/snapshot", 200, FIGURES);

    assertThat(ask(address.resolve("/a/b%20c"), address.resolve("/a/b%20c/")))
        .hasSize(2)
        .allSatisfy(report -> assertThat(report.figures()).isNotNull());
  }

  @Test
  void addressAtWhichNobodyListensDoesNotAnswer() throws Exception {
    URI nobody = URI.create("http://127.0.0.1:" + Ports.free());
    URI good = serve("127.0.0.1", 0, "/", 200, FIGURES);

    assertThat(ask(nobody, good))
        .containsExactly(
            ExporterReport.silent(nobody.toString(), "does not answer"),
            new ExporterReport(
                good.toString(),
                new ExporterReport.Figures(
                    5,
                    "spans",
                    Health.good("l"),
                    Health.good("r"),
                    java.util.OptionalDouble.empty(),
                    0,
                    7,
                    0),
                ""));
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 302, 401, 404, 500})
  void otherStatusIsNamed(int status) throws Exception {
    URI address = serve("127.0.0.1", 0, "/", status, FIGURES);

    assertThat(ask(address))
        .containsExactly(
            ExporterReport.silent(address.toString(), "answers with status " + status));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "7",
        "[]",
        "{}",
        "<html><body>Welcome to nginx!</body></html>",
        "{\"version\":1",
        "{\"version\":1,\"service\":{\"generation\":0,\"live\":{\"ok\":true,\"cause\":\"\"}}}",
        "\"exporter\":\"<img src=x onerror=alert(1)>\"",
        "\"exporter\":7",
        "\"version\":2",
        "\"timeMs\":-1",
        "\"timeMs\":1e400",
        "\"lagSeconds\":-1",
        "\"lagSeconds\":1e400",
        "\"lagSeconds\":\"NaN\"",
        "\"lagSeconds\":NaN",
        "\"lagSeconds\":{}",
        "\"lagRecords\":-5",
        "\"lagRecords\":1.5",
        "\"acknowledgedItems\":9223372036854775808",
        "\"acknowledgedItems\":null",
        "\"ready\":true",
        "\"ok\":\"yes\"",
        "\"cause\":{\"a\":1}",
        "\"deadLettered\":{}",
        "\"deadLettered\":[1]",
        "\"deadLettered\":[{\"count\":9223372036854775807},{\"count\":1}]"
      })
  void answerThatIsNotTheFiguresOfAnExporterHasNone(String text) throws Exception {
    URI address = serve("127.0.0.1", 0, "/", 200, text.startsWith("\"") ? changed(text) : text);

    assertThat(ask(address))
        .containsExactly(
            ExporterReport.silent(
                address.toString(), "answers with something else than the figures of an exporter"));
  }

  /** The figures with one member replaced, in an object that is otherwise right. */
  private static String changed(String member) {
    String name = member.substring(0, member.indexOf(':'));
    String figures =
        FIGURES.replace("\"acknowledgedItems\":7", "\"acknowledgedItems\":7,\"deadLettered\":[]");
    String changed =
        name.equals("\"ready\"")
            ? figures.replaceFirst("\"ready\":\\{[^}]*}", member)
            : figures.replaceFirst(name + ":([^,}]*)", member.replace("\\", "\\\\"));
    assertThat(changed).isNotEqualTo(figures);
    return changed;
  }

  @Test
  void deepAnswerHasNoFigures() throws Exception {
    String deep = "[".repeat(200_000);
    URI address =
        serve("127.0.0.1", 0, "/", 200, FIGURES.replace("{\"version\"", "{\"x\":" + deep));

    assertThat(ask(address).get(0).figures()).isNull();
  }

  @Test
  void longSentenceIsCut() throws Exception {
    URI address =
        serve("127.0.0.1", 0, "/", 200, FIGURES.replace("\"r\"", "\"" + "é".repeat(9999) + "\""));

    ExporterReport.Figures figures = ask(address).get(0).figures();
    assertThat(figures).isNotNull();
    assertThat(figures.ready().cause()).isEqualTo("é".repeat(1000));
  }

  @Test
  void endlessAnswerIsCutOffAtItsBound() throws Exception {
    Endless server = new Endless(new byte[65_536], 0);

    assertThat(ask(server.address()))
        .containsExactly(
            ExporterReport.silent(server.address().toString(), "answers with more than 2 MiB"));
    await().atMost(PATIENCE).until(() -> server.broken.get() == 1);
  }

  @Test
  void slowAnswerIsCutOffAtTheEndOfPatience() throws Exception {
    Endless server = new Endless(new byte[] {' '}, 20);
    ExporterPages impatient =
        new ExporterPages(
            List.of(server.address()),
            new PageClient(PageClient.PATIENCE),
            InetAddress::getAllByName);

    for (int i = 1; i <= 3; i++) {
      long start = System.nanoTime();
      assertThat(impatient.ask().join())
          .containsExactly(ExporterReport.silent(server.address().toString(), "does not answer"));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
      int asked = i;
      await().atMost(PATIENCE).until(() -> server.broken.get() == asked); // no connection is left
    }
  }

  @Test
  void hostNameMeansAllItsAddresses() throws Exception {
    int port = Ports.free();
    serve("127.0.0.1", port, "/", 200, FIGURES);
    serve("127.0.0.3", port, "/", 200, FIGURES.replace(":7}", ":8}"));
    ExporterPages pages =
        pages(
            host ->
                addresses(
                    host.equals("spans") ? List.of("127.0.0.3", "::1", "127.0.0.1") : List.of()),
            URI.create("http://spans:" + port),
            URI.create("http://127.0.0.1:" + port),
            URI.create("http://lines:" + port));

    assertThat(pages.ask().join())
        .extracting(ExporterReport::address, report -> items(report), ExporterReport::problem)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("http://127.0.0.1:" + port, 7L, ""),
            org.assertj.core.groups.Tuple.tuple("http://127.0.0.3:" + port, 8L, ""),
            org.assertj.core.groups.Tuple.tuple(
                "http://lines:" + port, -1L, "does not answer: its name has no address"));
  }

  @Test
  void addressOfTheOtherKindIsAsked() throws Exception {
    URI address = serve("::1", 0, "/", 200, FIGURES);

    assertThat(
            pages(host -> addresses(List.of("::1")), URI.create("http://six:" + address.getPort()))
                .ask()
                .join())
        .extracting(ExporterPagesTest::items)
        .containsExactly(7L);
  }

  @Test
  void manyAddressesAreNotAllAskedAndThatIsReported() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      many.add("127.1.0." + i);
    }
    List<ExporterReport> reports =
        pages(host -> addresses(many), URI.create("http://many:1")).ask().join();

    assertThat(reports).hasSize(65);
    assertThat(reports.get(64).problem()).isEqualTo("and 5 more are not asked");
  }

  @Test
  void lookupThatHangsDelaysNothingAndIsNotStartedTwice() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    AtomicInteger lookups = new AtomicInteger();
    URI address = serve("127.0.0.1", 0, "/", 200, FIGURES);
    ExporterPages pages =
        new ExporterPages(
            List.of(URI.create("http://hangs:" + address.getPort()), address),
            new PageClient(Duration.ofSeconds(4)),
            host -> {
              if (host.equals("127.0.0.1")) {
                return InetAddress.getAllByName(host);
              }
              lookups.incrementAndGet();
              try {
                released.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return addresses(List.of("127.0.0.1"));
            });
    for (int i = 0; i < 2; i++) {
      assertThat(pages.ask().join()).extracting(ExporterPagesTest::items).containsExactly(-1L, 7L);
    }
    assertThat(lookups).hasValue(1);
    released.countDown();
    await().atMost(PATIENCE).until(() -> items(pages.ask().join().get(0)) == 7);
  }

  @Test
  void peerThatAnswersWithoutEndIsCutOffToo() throws Exception {
    Endless server = new Endless(new byte[65_536], 0);
    int port = server.address().getPort();

    assertThat(
            new Peers("", new PageClient(PATIENCE))
                .ask(List.of(new org.apache.kafka.streams.state.HostInfo("127.0.0.1", port))))
        .containsExactly(new Peers.Answer("127.0.0.1:" + port, null));
    await().atMost(PATIENCE).until(() -> server.broken.get() == 1);
  }

  private static long items(ExporterReport report) {
    ExporterReport.Figures figures = report.figures();
    return figures == null ? -1 : figures.items();
  }

  private static InetAddress[] addresses(List<String> texts) throws UnknownHostException {
    if (texts.isEmpty()) {
      throw new UnknownHostException("no such name");
    }
    InetAddress[] addresses = new InetAddress[texts.size()];
    Arrays.setAll(addresses, i -> address(texts.get(i)));
    return addresses;
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static ExporterPages pages(ExporterPages.Names names, URI... addresses) {
    return new ExporterPages(List.of(addresses), new PageClient(PATIENCE), names);
  }

  private static List<ExporterReport> ask(URI... addresses) {
    return pages(InetAddress::getAllByName, addresses).ask().join();
  }

  private static PageFigures nothing() {
    return PageCollectorTest.figures(io.prometheus.metrics.model.snapshots.MetricSnapshots.of());
  }

  private URI serve(String host, int port, String path, int status, String body)
      throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
    byte[] bytes = body.getBytes(UTF_8);
    server.createContext(
        URI.create(path).getPath(),
        exchange -> {
          if (status == 302) {
            exchange.getResponseHeaders().set("Location", "/elsewhere");
          }
          exchange.sendResponseHeaders(status, status == 204 ? -1 : bytes.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
          }
        });
    server.start();
    open.add(() -> server.stop(0));
    String literal = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://" + literal + ":" + server.getAddress().getPort());
  }

  /** Answers every request with a body that does not end. */
  private final class Endless {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger broken = new AtomicInteger();

    Endless(byte[] part, int pauseMs) throws IOException {
      open.add(socket);
      Thread thread =
          new Thread(
              () -> {
                while (!socket.isClosed()) {
                  try (Socket client = socket.accept()) {
                    OutputStream out = client.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8));
                    while (true) {
                      out.write(part);
                      java.util.concurrent.locks.LockSupport.parkNanos(pauseMs * 1_000_000L);
                    }
                  } catch (IOException e) {
                    broken.incrementAndGet();
                  }
                }
              },
              "endless");
      thread.setDaemon(true);
      thread.start();
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
  }
}
