package org.aragora.telemetry.exporter.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.aragora.telemetry.exporter.logs.LogsMain;
import org.junit.jupiter.api.Test;

class UnresolvedBootstrapTest {

  @Test
  void exporterWaitsForTheNameAndNamesTheCause() throws Exception {
    int port = freePort();
    Map<String, String> environment =
        Map.of(
            "KAFKA_BOOTSTRAP_SERVERS", "kafka.nowhere.invalid:9092",
            "METRICS_HOST", "127.0.0.1",
            "METRICS_PORT", Integer.toString(port));
    Thread starting =
        new Thread(
            () -> {
              try {
                ExporterProcess.start(LogsMain.definition(), environment).close();
              } catch (RuntimeException e) {
                // refused once it is interrupted
              }
            });
    starting.start();
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .untilAsserted(
              () -> {
                HttpResponse<String> ready = get(port, "/health/ready");
                assertThat(ready.statusCode()).isEqualTo(503);
                assertThat(ready.body()).contains("KAFKA_BOOTSTRAP_SERVERS resolves yet");
              });
      assertThat(get(port, "/health/live").statusCode()).isEqualTo(200);
      assertThat(starting.isAlive()).isTrue();
    } finally {
      starting.interrupt();
      starting.join(30_000);
    }
    assertThat(starting.isAlive()).isFalse();
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
