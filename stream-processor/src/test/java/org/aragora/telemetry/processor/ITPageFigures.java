package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.page.PageContent;
import org.aragora.telemetry.chassis.page.PageLinks;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.aragora.telemetry.testbed.service.PrometheusProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures that the page computes in the browser, without a processor. */
class ITPageFigures {
  private static final List<Double> QUANTILES =
      List.of(0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0);

  /** Histograms by name: upper bound and cumulative count of each bucket. */
  private static final Map<String, Map<String, Double>> HISTOGRAMS = histograms();

  private static Map<String, Map<String, Double>> histograms() {
    Map<String, Map<String, Double>> all = new LinkedHashMap<>();
    all.put("usual", buckets("0.01", 3, "0.05", 40, "0.1", 77, "0.5", 98, "1", 100, "+Inf", 100));
    all.put("beyond", buckets("0.01", 0, "0.1", 1, "1", 2, "+Inf", 100));
    all.put("first", buckets("0.01", 100, "0.1", 100, "+Inf", 100));
    all.put("empty", buckets("0.01", 0, "0.1", 0, "+Inf", 0));
    all.put("infinite", buckets("+Inf", 7));
    all.put("open", buckets("0.01", 3, "0.1", 9));
    all.put("negative", buckets("-1", 4, "0", 6, "1", 10, "+Inf", 10));
    all.put("zero", buckets("0", 5, "1", 10, "+Inf", 10));
    all.put("gaps", buckets("0.1", 0, "0.2", 5, "0.3", 5, "0.4", 5, "0.5", 10, "+Inf", 10));
    all.put("back", buckets("0.1", 5, "0.2", 4, "0.3", 9, "+Inf", 8));
    all.put("one", buckets("0.1", 0, "0.25", 1, "+Inf", 1));
    return all;
  }

  private static Map<String, Double> buckets(Object... boundsAndCounts) {
    Map<String, Double> buckets = new LinkedHashMap<>();
    for (int i = 0; i < boundsAndCounts.length; i += 2) {
      Integer count = (Integer) boundsAndCounts[i + 1];
      buckets.put((String) boundsAndCounts[i], count.doubleValue());
    }
    return buckets;
  }

  @TempDir Path directory;

  @Test
  void everyQuantileOfEveryHistogramIsThatOfPrometheus() throws Exception {
    Browser.assumeInstalled();
    assumeTrue(
        PrometheusProcess.isInstalled(),
        "prometheus is not on the path; bin/verify says how to get it");
    HttpServer target = target();
    try (StatusServer server = server();
        Browser browser = Browser.start();
        PrometheusProcess prometheus =
            PrometheusProcess.start(
                directory,
                """
                global: {scrape_interval: 1s}
                scrape_configs:
                  - job_name: histograms
                    static_configs: [{targets: ['127.0.0.1:%d']}]
                """
                    .formatted(target.getAddress().getPort()))) {
      browser.open("http://127.0.0.1:" + server.port() + "/");
      await()
          .atMost(Pipe.PATIENCE)
          .until(() -> !prometheus.query("one_bucket", System.currentTimeMillis()).isEmpty());
      for (String name : HISTOGRAMS.keySet()) {
        for (double q : QUANTILES) {
          List<PrometheusProcess.Result> expected =
              prometheus.query(
                  "histogram_quantile(%s, sum by (le) (%s_bucket))".formatted(q, name),
                  System.currentTimeMillis());
          double value = expected.isEmpty() ? Double.NaN : expected.get(0).value();
          double actual = quantile(browser, q, HISTOGRAMS.get(name));
          if (Double.isNaN(value)) {
            assertThat(actual).as("%s of %s", q, name).isNaN();
          } else {
            assertThat(actual).as("%s of %s", q, name).isCloseTo(value, within(1e-12));
          }
        }
      }
      assertThat(quantile(browser, -0.1, HISTOGRAMS.get("usual")))
          .isEqualTo(Double.NEGATIVE_INFINITY);
      assertThat(quantile(browser, 1.1, HISTOGRAMS.get("usual")))
          .isEqualTo(Double.POSITIVE_INFINITY);
    } finally {
      target.stop(0);
    }
  }

  /** Snapshots of an hour in the shape of the real ones, as fast as they can be added. */
  private static final String AN_HOUR =
      """
      const [seconds, done] = arguments;
      const snapshot = i => ({
        timeMs: 1e12 + i * 1000, service: {generation: 0}, serving: {partitions: [0, 1], all: 2}, topics: [],
        traffic: {
          requests: i * 100, serverErrors: i, activeDebates: 5, webSocketConnections: 7, agentCalls: i,
          endpoints: [...Array(50).keys()].map(e => ({name: '/api/endpoint/' + e, requests: i * 2, serverErrors: i})),
          buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, null].map((le, b) => ({le, count: i * (b + 1)})),
        },
      });
      import(new URL('page/figures.js', document.baseURI).href).then(({History}) => {
        const history = window.kept = new History();
        let last;
        for (let i = 1; i <= seconds; i++) last = history.add(JSON.parse(JSON.stringify(snapshot(i))));
        done({
          samples: history.samples.length, columns: history.columns.size,
          lengths: [...new Set([...history.columns.values()].map(each => each.length))],
          requests: last.series.requests, p50: last.series.p50, errors: last.series.errors,
          megabytes: performance.memory.usedJSHeapSize / 1e6,
        });
      }, error => done({error: String(error)}));
      """;

  @Test
  @SuppressWarnings("unchecked")
  void anHourOfFiguresKeepsFifteenMinutesAndLittleMemory() {
    Browser.assumeInstalled();
    try (StatusServer server = server();
        Browser browser = Browser.start()) {
      browser.open("http://127.0.0.1:" + server.port() + "/");
      Map<String, Object> kept = (Map<String, Object>) browser.runAsync(AN_HOUR, 3600);
      assertThat(kept).containsEntry("samples", 900L).containsEntry("columns", 61L);
      assertThat(kept.get("lengths")).isEqualTo(List.of(900L));
      assertThat(((Number) kept.get("requests")).doubleValue()).isEqualTo(100);
      assertThat(((Number) kept.get("errors")).doubleValue()).isCloseTo(0.01, within(1e-12));
      assertThat(((Number) kept.get("megabytes")).doubleValue()).isLessThan(100);
    }
  }

  @Test
  void takeoverIsAGapAndNotASpike() {
    Browser.assumeInstalled();
    try (StatusServer server = server();
        Browser browser = Browser.start()) {
      browser.open("http://127.0.0.1:" + server.port() + "/");
      Object rates =
          browser.runAsync(
              """
              const done = arguments[arguments.length - 1];
              const snapshot = (i, partitions, requests) => ({
                timeMs: 1e12 + i * 1000, service: {generation: 0}, serving: {partitions, all: 2}, topics: [],
                traffic: {requests, serverErrors: 0, endpoints: [], buckets: [], activeDebates: 1,
                  webSocketConnections: 1, agentCalls: 0},
              });
              import(new URL('page/figures.js', document.baseURI).href).then(({History}) => {
                const history = new History();
                history.add(snapshot(0, [0, 1], 1000));
                history.add(snapshot(1, [0, 1], 1010));
                history.add(snapshot(2, [0], 400));
                history.add(snapshot(3, [], null));
                history.add(snapshot(4, [0, 1], 1040));
                done(JSON.stringify(history.column('requests')));
              }, error => done(String(error)));
              """);
      assertThat(rates).isEqualTo("[null,10,null,null,10]");
    }
  }

  @Test
  void seriesThatDidNotExistBeganAtZero() {
    Browser.assumeInstalled();
    try (StatusServer server = server();
        Browser browser = Browser.start()) {
      browser.open("http://127.0.0.1:" + server.port() + "/");
      Object figures =
          browser.runAsync(
              """
              const done = arguments[arguments.length - 1];
              const snapshot = (i, requests, endpoints, buckets) => ({
                timeMs: 1e12 + i * 1000, service: {generation: 0}, serving: {partitions: [0, 1], all: 2}, topics: [],
                traffic: {requests, serverErrors: requests && 5, endpoints, buckets, activeDebates: 1,
                  webSocketConnections: 1, agentCalls: requests},
              });
              import(new URL('page/figures.js', document.baseURI).href).then(({History}) => {
                const history = new History();
                history.add(snapshot(0, null, [], []));
                const {series, endpointErrors} = history.add(snapshot(2, 20,
                  [{name: '/a', requests: 20, serverErrors: 5}], [{le: 1, count: 20}, {le: null, count: 20}]));
                done([series.requests, series.errors, series.agentCalls, series.p50, endpointErrors.get('/a')].join());
              }, error => done(String(error)));
              """);
      assertThat(figures).isEqualTo("10,0.25,10,0.5,0.25");
    }
  }

  @Test
  void appendedRateNeedsBothEndsAndNoStepBack() {
    Browser.assumeInstalled();
    try (StatusServer server = server();
        Browser browser = Browser.start()) {
      browser.open("http://127.0.0.1:" + server.port() + "/");
      Object rates =
          browser.runAsync(
              """
              const done = arguments[arguments.length - 1];
              const snapshot = (i, appendedRecords) => ({
                timeMs: 1e12 + i * 1000, service: {generation: 0}, serving: {partitions: [0], all: 1}, topics: [],
                appendedRecords, traffic: {endpoints: [], buckets: []},
              });
              import(new URL('page/figures.js', document.baseURI).href).then(({History}) => {
                const rates = (...records) => {
                  const history = new History();
                  records.forEach((each, i) => history.add(snapshot(i, each)));
                  return history.column('appended');
                };
                done(JSON.stringify([rates(null, 5, 25), rates(undefined, 5), rates(7, 27, 57), rates(9, 3)]));
              }, error => done(String(error)));
              """);
      assertThat(rates).isEqualTo("[[null,null,null],[null,null],[null,20,25],[null,null]]");
    }
  }

  @Test
  void endpointsThatChangeAllTheTimeTakeLittleMemory() {
    Browser.assumeInstalled();
    try (StatusServer server = server();
        Browser browser = Browser.start()) {
      browser.open("http://127.0.0.1:" + server.port() + "/");
      Object kept =
          browser.runAsync(
              """
              const done = arguments[arguments.length - 1];
              const snapshot = i => ({
                timeMs: 1e12 + i * 1000, service: {generation: 0}, serving: {partitions: [0], all: 1}, topics: [],
                traffic: {requests: i, serverErrors: i, buckets: [], endpoints: [
                  {name: '/worst', requests: 100 * i, serverErrors: 100 * i},
                  ...[...Array(40).keys()].map(e => ({name: `/${(i >> 1) * 40 + e}`, requests: (i + 1) * (e + 2), serverErrors: i + 1})),
                ]},
              });
              import(new URL('page/figures.js', document.baseURI).href).then(({History}) => {
                const history = new History();
                for (let i = 1; i <= 900; i++) history.add(snapshot(i));
                done([history.endpoints().length, history.worstEndpoints(6)[0], history.column('endpoint /worst').length].join());
              }, error => done(String(error)));
              """);
      assertThat(kept).isEqualTo("200,/worst,900");
    }
  }

  @Test
  void peerWhoseAnswerIsGarbageIsLeftOut() {
    Browser.assumeInstalled();
    try (StatusServer server = server();
        Browser browser = Browser.start()) {
      browser.open("http://127.0.0.1:" + server.port() + "/");
      Object shown =
          browser.runAsync(
              """
              const done = arguments[arguments.length - 1];
              const topic = {name: 't', read: 1, counted: 1, duplicate: 0, deadLettered: 0, late: 0, missing: 0,
                completeUntilSeconds: null, lagSeconds: 0, lagRecords: 0};
              const good = (partitions, change = all => {}) => {
                const figures = {version: 1, service: {generation: 0}, serving: {partitions, all: 3, ledgersBalance: null},
                  traffic: {requests: 7, buckets: [{le: 1, count: 2}, {le: null, count: 3}],
                    endpoints: [{name: '/a', requests: 7, serverErrors: 1}]}, topics: [topic]};
                change(figures);
                return figures;
              };
              const garbage = [null, 7, 'x', [], {}, {version: 1}, {version: 1, service: null}, {version: 1, service: {generation: 0}},
                good([1], all => { all.version = 2; }), good([1], all => { all.service.generation = 1; }),
                good([0]), good([-1]), good([3]), good([1.5]), good(['1']), good([null]), good('1'), good(null),
                good([1], all => { all.serving.ledgersBalance = 'yes'; }), good([1], all => { all.traffic.requests = 'Infinity'; }),
                good([1], all => { all.traffic = []; }), good([1], all => { all.traffic.endpoints = {}; }),
                good([1], all => { all.traffic.endpoints = [null]; }), good([1], all => { all.traffic.endpoints[0].name = {}; }),
                good([1], all => { all.traffic.endpoints[0].serverErrors = null; }),
                good([1], all => { all.traffic.buckets = null; }), good([1], all => { all.traffic.buckets[0].le = 'x'; }),
                good([1], all => { all.traffic.buckets[0].count = []; }), good([1], all => { all.topics = [{}]; }),
                good([1], all => { delete all.topics; }), good([1], all => { all.topics[0] = {...topic, lagSeconds: '1'}; }),
                good([1], all => { all.topics[0] = {...topic, name: 1}; })];
              import(new URL('page/peers.js', document.baseURI).href).then(({merged}) => {
                const whole = {...good([0]), peers: [...garbage, good([1, 2])].map((figures, i) => ({address: 'p' + i, figures}))};
                const all = merged(whole);
                done(JSON.stringify([all.silent.length === garbage.length, all.owners.length, all.serving.partitions,
                  all.traffic.requests, all.traffic.endpoints, all.traffic.buckets.map(each => each.count)]));
              }, error => done(String(error)));
              """);
      assertThat(shown)
          .isEqualTo(
              "[true,2,[0,1,2],14,[{\"name\":\"/a\",\"requests\":14,\"serverErrors\":2}],[4,6]]");
    }
  }

  @Test
  void partitionsAreRangesAndNoTextTurnsWhatFollowsRound() {
    Browser.assumeInstalled();
    try (StatusServer server = server();
        Browser browser = Browser.start()) {
      browser.open("http://127.0.0.1:" + server.port() + "/");
      assertThat(
              browser.runAsync(
                  """
                  const done = arguments[arguments.length - 1];
                  import(new URL('page/words.js', document.baseURI).href).then(({ranges, visible}) => {
                    done(JSON.stringify([ranges([0, 1, 2, 5, 7, 8]), ranges([3]), ranges([]), ranges([...Array(10000).keys()]),
                      visible('a\\u202eb\\u2067c\\u200fd'), visible('日本語 🦜👩\\u200d💻'), visible(null), visible(5)]));
                  }, error => done(String(error)));
                  """))
          .isEqualTo(
              "[\"0-2, 5, 7-8\",\"3\",\"\",\"0-9999\",\"a\ufffdb\ufffdc\ufffdd\",\"日本語 🦜👩\u200d💻\",\"\",\"5\"]");
    }
  }

  private static double quantile(Browser browser, double q, Map<String, Double> buckets) {
    List<Map<String, Object>> list =
        buckets.entrySet().stream()
            .map(each -> Map.<String, Object>of("le", each.getKey(), "count", each.getValue()))
            .toList();
    return Double.parseDouble(
        (String)
            browser.runAsync(
                """
                const [q, list, done] = arguments;
                const buckets = list.map(({le, count}) => ({le: le === '+Inf' ? null : Number(le), count}));
                import(new URL('page/figures.js', document.baseURI).href)
                  .then(figures => done(String(figures.quantile(q, buckets))), error => done(String(error)));
                """,
                q,
                list));
  }

  private static StatusServer server() {
    return StatusServer.start(
        new StatusServer.Address("127.0.0.1", 0),
        new PrometheusRegistry(),
        () -> Health.good("it runs"),
        () -> Health.good("it works"),
        StatusPage.ofProcessor(
            () -> new PageContent("{}", List.of()),
            () -> new PageContent("{}", List.of()),
            () -> "{}",
            PageLinks.NONE));
  }

  /** Serves the histograms for Prometheus to scrape. */
  private static HttpServer target() throws Exception {
    StringBuilder page = new StringBuilder();
    HISTOGRAMS.forEach(
        (name, buckets) ->
            buckets.forEach(
                (bound, count) ->
                    page.append("%s_bucket{le=\"%s\"} %s\n".formatted(name, bound, count))));
    byte[] bytes = page.toString().getBytes(StandardCharsets.UTF_8);
    HttpServer target =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext(
        "/metrics",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, bytes.length);
          try (var out = exchange.getResponseBody()) {
            out.write(bytes);
          }
        });
    target.start();
    return target;
  }
}
