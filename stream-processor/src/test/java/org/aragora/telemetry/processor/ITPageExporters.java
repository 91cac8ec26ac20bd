package org.aragora.telemetry.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.page.PageLinks;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.aragora.telemetry.processor.page.ProcessorPage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The exporters on the page of a processor, in a real browser. */
class ITPageExporters {
  private static final Path EXPORTER =
      Path.of("../exporters/src/test/resources/org/aragora/telemetry/exporter/page/snapshot.json");
  private static final String HOSTILE = "<img src=x onerror='window.hacked=1'>&amp;";

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

  @Test
  void figuresOfTheExportersAreShownAndOneThatStopsIsReported() throws Exception {
    AtomicReference<String> spans = new AtomicReference<>(figures("spans", true, 1000, 0.4, 3));
    AtomicReference<String> lines = new AtomicReference<>(figures("logs", true, 0, 61, 4567));
    HttpServer one = serve(spans::get);
    HttpServer other = serve(lines::get);
    try (StatusServer server = server(address(one), address(other))) {
      open(server);
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(row(0)).startsWith(address(one).toString(), "spans");
                assertThat(row(0).subList(3, 8))
                    .containsExactly("1,000", "400 ms", "3", "1", "ready");
                assertThat(row(1).subList(3, 8))
                    .containsExactly("0", "61 s", "4,567", "1", "ready");
                assertThat(browser.text("#node-exporters"))
                    .isEqualTo("Exporters\nspans ready, lines ready");
                assertThat(browser.text("#edge-branch"))
                    .isEqualTo("spans lag 400 ms\nlines lag 61 s");
                assertThat(tone("node-exporters")).isEqualTo("warn");
              });

      // Ten a second, by the clock of the exporter.
      spans.set(
          figures("spans", true, 1100, 0.4, 3).replace("\"timeMs\": 1000", "\"timeMs\": 11000"));
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(row(0).get(2)).isEqualTo("10/s");
                assertThat(browser.text("#edge-export")).isEqualTo("10 spans/s\n– lines/s");
              });
      assertThat(browser.violations()).isEmpty();
      for (String scheme : List.of("light", "dark")) {
        browser.view(360, 900, scheme);
        assertThat(browser.violations()).as(scheme).isEmpty();
        assertThat(browser.run("return document.documentElement.scrollWidth")).isEqualTo(360L);
      }
      browser.view(1280, 1300, "light");

      lines.set(figures("logs", false, 0, 61, 4567).replace("it waits", HOSTILE));
      one.stop(0);
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(row(0).subList(1, 8))
                    .containsExactly("–", "–", "–", "–", "–", "–", "does not answer");
                assertThat(row(1).get(7)).isEqualTo("not ready: " + HOSTILE);
                assertThat(browser.text("#node-exporters"))
                    .isEqualTo(
                        "Exporters\nno figures of spans, lines not ready, 1 of 2 without figures");
                assertThat(tone("node-exporters")).isEqualTo("bad");
              });
      assertThat(browser.run("return document.querySelectorAll('main img').length")).isEqualTo(0L);
      assertThat(browser.run("return typeof window.hacked")).isEqualTo("undefined");
      assertThat(browser.console()).isEmpty();
    } finally {
      one.stop(0);
      other.stop(0);
    }
  }

  @Test
  void withoutAddressesThePageNamesWhereTheyReport() throws Exception {
    try (StatusServer server = server()) {
      open(server);
      await().atMost(Pipe.PATIENCE).until(() -> browser.isShown("#main"));
      assertThat(browser.text("#node-exporters"))
          .isEqualTo("Exporters\nreport on their own /metrics");
      assertThat(browser.isShown("#exporters")).isFalse();
    }
  }

  @Test
  void scriptsThatDoNotLoadLeaveTheTable() throws Exception {
    HttpServer exporter = serve(() -> figures("spans", true, 1000, 0.4, 3));
    try (StatusServer server = server(address(exporter))) {
      for (String blocked : List.of("*/page/*", "*/page/page.js", "*/page/words.js", "*.js")) {
        browser.block(blocked);
        open(server);
        await()
            .atMost(Pipe.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(browser.text("#plain"))
                        .as(blocked)
                        .contains("the scripts of the page did not load")
                        .contains("Not ready it waits")
                        .contains("Exporter " + address(exporter) + " 1,000 spans sent"));
        assertThat(browser.isShown("#main")).isFalse();
        assertThat(browser.violations()).as(blocked).isEmpty();
      }
      browser.block("*/page/uPlot.iife.min.js");
      open(server);
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(browser.text("#graph-latency"))
                    .contains("cannot be drawn: its script did not load");
                assertThat(row(0)).contains("1,000");
              });
      browser.block();
      open(server);
      await().atMost(Pipe.PATIENCE).until(() -> browser.isShown("#main"));
      assertThat(browser.isShown("#plain")).isFalse();
      assertThat(browser.console()).isEmpty();
    } finally {
      browser.block();
      exporter.stop(0);
    }
  }

  @Test
  void rateIsThatOfOneRunOfTheExporter() throws Exception {
    try (StatusServer server = server()) {
      open(server);
      Object rates =
          browser.runAsync(
              """
              const done = arguments[arguments.length - 1];
              const sample = (timeMs, items, exporter = 'spans') =>
                ({exporters: [{address: 'a', figures: timeMs === null ? null : {timeMs, items, exporter}}]});
              import(new URL('page/exporters.js', document.baseURI).href).then(({itemsPerSecond}) => {
                const rate = (...samples) => itemsPerSecond(samples, samples[samples.length - 1].exporters[0]);
                done(JSON.stringify([
                  rate(sample(1000, 5)),
                  rate(sample(1000, 5), sample(1000, 5)),
                  rate(sample(1000, 5), sample(3000, 25)),
                  rate(sample(1000, 500), sample(2000, 3), sample(4000, 23)),
                  rate(sample(1000, 0), sample(70000, 100), sample(80000, 300)),
                  rate(sample(1000, 0), sample(null), sample(3000, 20)),
                  rate(sample(9000, 0), sample(3000, 20)),
                  rate(sample(1000, 0, 'logs'), sample(3000, 20)),
                  rate(sample(1000, 0), sample(null)),
                  rate({}, sample(1000, 7)),
                ]));
              }, error => done(String(error)));
              """);
      assertThat(rates).isEqualTo("[null,null,10,10,20,10,null,null,null,null]");
    }
  }

  private static void open(StatusServer server) {
    browser.open("about:blank");
    browser.console();
    browser.open("http://127.0.0.1:" + server.port() + "/");
  }

  @SuppressWarnings("unchecked")
  private static List<String> row(int number) {
    return (List<String>)
        browser.run(
            "return [...document.querySelectorAll('#exporters tbody tr')[arguments[0]]?.cells ?? []]"
                + ".map(each => each.textContent)",
            number);
  }

  private static Object tone(String id) {
    return browser.run("return document.getElementById(arguments[0]).dataset.tone", id);
  }

  private static StatusServer server(URI... exporters) {
    ProcessorPage page =
        new ProcessorPage(
            new ProcessorPage.Identity("1", "r", "a", "p.", ""),
            List.of(exporters),
            () -> null,
            () -> Health.good("it runs"),
            () -> Health.bad("it waits"));
    return StatusServer.start(
        new StatusServer.Address("127.0.0.1", 0),
        new PrometheusRegistry(),
        () -> Health.good("it runs"),
        () -> Health.bad("it waits"),
        StatusPage.ofProcessor(
            page,
            page::own,
            () -> "{\"failure\":\"\",\"events\":[],\"deadLetters\":[]}",
            new PageLinks(Optional.empty(), Optional.empty(), Optional.empty())));
  }

  /** Answer of an exporter's page, with some of its figures changed. */
  static String figures(String exporter, boolean ready, long items, double lag, long waiting) {
    try {
      return Files.readString(EXPORTER)
          .replace("\"exporter\": \"spans\"", "\"exporter\": \"" + exporter + "\"")
          .replace("\"timeMs\": 0", "\"timeMs\": 1000")
          .replace("\"acknowledgedItems\": 1500", "\"acknowledgedItems\": " + items)
          .replace("\"lagSeconds\": 61.0", "\"lagSeconds\": " + lag)
          .replace("\"lagRecords\": 12", "\"lagRecords\": " + waiting)
          .replaceFirst(
              "\"ready\": \\{[^}]*}",
              "\"ready\": {\"ok\": " + ready + ", \"cause\": \"it waits\"}");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static HttpServer serve(Supplier<String> figures) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/snapshot",
        exchange -> {
          byte[] bytes = figures.get().getBytes(UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
          }
        });
    server.start();
    return server;
  }

  static URI address(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }
}
