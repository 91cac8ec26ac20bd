package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Instant;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.junit.jupiter.api.Test;

/** Readiness fails with its cause while the broker is away, and returns with the broker. */
class ITReady {
  private static final String PREFIX = "ready.";
  private static final String SERIES =
      "aragora_requests_total{endpoint=\"/api/debates\",method=\"GET\",status=\"200\"}";

  @Test
  void brokerThatIsAwayIsSaidAndForgottenWhenItIsBack() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start();
        Pipe pipe =
            new Pipe(broker.bootstrapServers(), PREFIX)
                .with("CREATE_TOPICS", "true")
                .with("SESSION_TIMEOUT_MS", "6000")
                .with("STALL_SECONDS", "5")) {
      int port = pipe.start().metricsPort();
      awaitReady(port);
      pipe.send("requests", null, null, TestEvents.request("r1", Instant.now(), 200));
      awaitCounted(pipe, 1);

      broker.pause();
      awaitNotReady(port, "heartbeats|the broker does not report");
      broker.resume();
      awaitReady(port);
      pipe.send("requests", null, null, TestEvents.request("r2", Instant.now(), 200));
      awaitCounted(pipe, 2);
    }
  }

  private static void awaitCounted(Pipe pipe, double requests) {
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(() -> assertThat(pipe.page().value(SERIES)).isEqualTo(requests));
  }

  private static void awaitReady(int port) {
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(
            () -> {
              HttpResponse<String> ready = LocalHttp.get(port, "/health/ready", Pipe.PATIENCE);
              assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
            });
  }

  private static void awaitNotReady(int port, String cause) {
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(
            () -> {
              HttpResponse<String> ready = LocalHttp.get(port, "/health/ready", Pipe.PATIENCE);
              assertThat(ready.statusCode()).isEqualTo(503);
              assertThat(ready.body()).containsPattern(cause);
            });
  }
}
