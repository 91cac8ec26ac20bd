package org.aragora.telemetry.quickstart.aragora;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.aragora.telemetry.quickstart.aragora.Driver.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A small server that has the API of Aragora's debates and counts the requests, too. */
class DriverTest {
  private static final String DEBATES = "/api/v1/debates";

  private final Map<String, Long> served = new TreeMap<>();
  private HttpServer server;
  private volatile String status = "{\"status\":\"running\"}";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(2));
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    boolean begins = exchange.getRequestMethod().equals("POST") && path.equals(DEBATES);
    int code = begins && !body.contains("agents") ? 422 : path.endsWith("/nothing") ? 404 : 200;
    String text = status;
    if (begins) {
      text = "{\"debate_id\":\"adhoc_1\"}";
    } else if (path.endsWith("/cancel")) {
      text = "{\"status\":\"cancelled\"}";
    }
    count("%s %s %d".formatted(exchange.getRequestMethod(), path.replace("adhoc_1", "{id}"), code));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private synchronized void count(String request) {
    served.merge(request, 1L, Long::sum);
    notifyAll();
  }

  private synchronized void awaitServed(String request) throws InterruptedException {
    while (!served.containsKey(request)) {
      wait();
    }
  }

  private static Map<String, Long> named(Map<Request, Long> requests) {
    Map<String, Long> named = new TreeMap<>();
    requests.forEach((request, count) -> named.put(request.toString(), count));
    return named;
  }

  private Driver drive() throws InterruptedException {
    Driver driver = Driver.start(server.getAddress().getPort(), "own-", 200);
    awaitServed("GET /api/v1/nothing 404");
    awaitServed("GET " + DEBATES + "/{id} 200");
    return driver;
  }

  @Test
  void countsOfDriverAndServerAreTheSame() throws Exception {
    status = "{\"status\":\"completed\",\"consensus_reached\":true}";
    Driver driver = drive();

    driver.stop(Duration.ofSeconds(10));

    assertThat(named(driver.requests())).isEqualTo(served);
    assertThat(driver.requests()).containsKey(new Request("POST", DEBATES, 422));
    assertThat(driver.debates()).containsExactly(Map.entry("adhoc_1", "consensus"));
    assertThat(driver.trouble()).isNull();
  }

  @Test
  void debateThatStillRunsAfterTheBoundIsCancelled() throws Exception {
    Driver driver = drive();

    driver.stop(Duration.ofMillis(1));

    assertThat(driver.debates()).containsExactly(Map.entry("adhoc_1", "cancelled"));
    assertThat(named(driver.requests()))
        .isEqualTo(served)
        .containsEntry("POST " + DEBATES + "/{id}/cancel 200", 1L);
  }

  @Test
  void endThatTheApiLeavesOpenIsUncertain() throws Exception {
    status = "{\"status\":\"timeout\"}";
    Driver driver = drive();

    driver.stop(Duration.ofSeconds(10));

    assertThat(driver.debates()).containsExactly(Map.entry("adhoc_1", Driver.UNCERTAIN));
  }

  @Test
  void requestWithoutAnAnswerIsReported() throws Exception {
    Driver driver = drive();
    server.stop(0);
    while (driver.trouble() == null) {
      Thread.onSpinWait();
    }

    driver.stop(Duration.ofMillis(1));

    assertThat(driver.trouble()).startsWith("Requests of the driver without an answer: ");
  }
}
