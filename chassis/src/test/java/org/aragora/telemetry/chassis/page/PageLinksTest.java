package org.aragora.telemetry.chassis.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageLinksTest {
  private static final String TRACES = "ARAGORA_TELEMETRY_PAGE_TRACES_URL";

  private static PageLinks links(Map<String, String> environment) {
    return PageLinks.of(Settings.read(PageLinks.ALL, environment));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://jaeger:16686/trace/{trace_id}",
        "https://ops.example.org/jaeger/trace/{trace_id}?uiEmbed=v0#top",
        "https://grafana.example.org/explore?left=%7B%22q%22:%22{trace_id}%22%7D"
      })
  void addressOfATraceIsAccepted(String address) {
    assertThat(links(Map.of(TRACES, address)).traces()).hasValue(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://jaeger:16686/trace/",
        "javascript:alert('{trace_id}')",
        "data:text/html,{trace_id}",
        "//jaeger/trace/{trace_id}",
        "/trace/{trace_id}",
        "ftp://jaeger/{trace_id}",
        "http:{trace_id}",
        "http://user:password@jaeger/{trace_id}",
        "http://jaeger/{trace_id}/{other}",
        "http://jaeger/{trace_id} \" onclick=x"
      })
  void anyOtherTextIsRefusedByItsName(String address) {
    assertThatThrownBy(() -> links(Map.of(TRACES, address)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(TRACES)
        .hasMessageNotContaining("password");
    assertThatThrownBy(() -> links(Map.of("ARAGORA_TELEMETRY_PAGE_LOGS_URL", address)))
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void pageGetsThemAsTextAndOnlyIfTheyAreSet() {
    assertThat(PageLinks.NONE.meta()).isEmpty();
    assertThat(links(Map.of(TRACES, "http://a/{trace_id}?x='&y=1")).meta())
        .isEqualTo(
            "<meta name=\"aragora-traces-url\" content=\"http://a/{trace_id}?x=&#39;&amp;y=1\">\n");
  }

  private static StatusServer server(PageLinks links) {
    return StatusServer.start(
        new StatusServer.Address("127.0.0.1", 0),
        new PrometheusRegistry(),
        () -> Health.good("it runs"),
        () -> Health.good("it works"),
        StatusPage.ofProcessor(
            () -> new PageContent("{}", List.of()),
            () -> new PageContent("{}", List.of()),
            () -> "{}",
            links));
  }

  private static HttpResponse<String> get(StatusServer server, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void tracesOfTheReceiverAreServedAndNothingElseOfIt() throws Exception {
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          byte[] body = ("\"" + exchange.getRequestURI() + "\"").getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    receiver.start();
    URI address = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort());
    String id = "0123456789abcdef".repeat(2);
    try (StatusServer server =
        server(new PageLinks(Optional.empty(), Optional.empty(), Optional.of(address)))) {
      HttpResponse<String> list = get(server, "/api/v1/traces");
      assertThat(list.body()).isEqualTo("\"/api/v1/traces\"");
      assertThat(list.headers().firstValue("Content-Security-Policy")).isPresent();
      assertThat(get(server, "/api/v1/traces/" + id).body())
          .isEqualTo("\"/api/v1/traces/" + id + "\"");
      for (String path :
          List.of(
              "/", "/..", "/" + id + "/x", "/" + id.toUpperCase(), "/../../metrics", "/%2e%2e")) {
        assertThat(get(server, "/api/v1/traces" + path).statusCode()).as(path).isIn(400, 404);
      }
      assertThat(get(server, "/").body()).contains("name=\"aragora-traces\"");
      receiver.stop(0);
      HttpResponse<String> gone = get(server, "/api/v1/traces");
      assertThat(gone.statusCode()).isEqualTo(502);
      assertThat(gone.body()).isEqualTo("the receiver of traces does not answer\n");
    }
  }

  @Test
  void withoutAReceiverThereIsNoSuchAddress() throws Exception {
    try (StatusServer server = server(PageLinks.NONE)) {
      assertThat(get(server, "/api/v1/traces").statusCode()).isEqualTo(404);
      assertThat(get(server, "/").body()).doesNotContain("aragora-");
    }
  }

  @Test
  void exporterHasTheSameShellAndFilesButItsOwnMain() throws Exception {
    try (StatusServer server =
        StatusServer.start(
            new StatusServer.Address("127.0.0.1", 0),
            new PrometheusRegistry(),
            () -> Health.good("it runs"),
            () -> Health.good("it works"),
            StatusPage.ofExporter(
                () -> new PageContent("{}", List.of(new PageContent.Row("<b>", "7")))))) {
      assertThat(get(server, "/").body())
          .contains("page/exporter.js", "id=\"partitions\"", "<th scope=\"row\">&lt;b&gt;</th>")
          .doesNotContain("page/page.js", "id=\"ledger\"", "<!--")
          .doesNotContainPattern("(?i)<style|style=|<script>| on[a-z]+=|https?://|(src|href)=\"/");
      assertThat(get(server, "/page/page.css").statusCode()).isEqualTo(200);
      assertThat(get(server, "/api/v1/recent").statusCode()).isEqualTo(404);
    }
  }
}
