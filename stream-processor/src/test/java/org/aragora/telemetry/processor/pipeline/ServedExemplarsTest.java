package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exemplars in each format of {@code /metrics}. */
class ServedExemplarsTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final String BUCKET =
      "aragora_request_duration_seconds_bucket{endpoint=\"/\",method=\"GET\",le=\"0.05\"} 2";

  @TempDir Path directory;
  private TestPipeline pipeline;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final StatusServer server =
      StatusServer.start(
          new StatusServer.Address("127.0.0.1", 0),
          registry,
          () -> Health.good("it runs"),
          () -> Health.good("it works"));

  @BeforeEach
  void countTwoRequests() {
    pipeline = new TestPipeline(directory, true);
    registry.register((MultiCollector) pipeline::scrape);
    for (String trace : List.of("00-" + "1".repeat(32) + "-" + SPAN, "00-" + TRACE + "-" + SPAN)) {
      pipeline.send(
          InputTopic.REQUESTS,
          """
          {"specversion":"1.0","id":"%s","source":"/a","traceparent":"%s-01",\
          "type":"ai.aragora.request.completed.v1","time":"2026-11-24T12:00:0%d.123456Z",\
          "data":{"request_id":"r","method":"GET","endpoint":"/","status":200,\
          "duration_seconds":0.02}}"""
              .formatted(trace, trace, trace.contains(TRACE) ? 1 : 0));
    }
    pipeline.pass(Duration.ofSeconds(1));
  }

  @AfterEach
  void close() {
    server.close();
    pipeline.close();
  }

  private String page(String accept) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(server.port())))
            .header("Accept", accept)
            .build();
    return HttpClient.newHttpClient()
        .send(request, BodyHandlers.ofString(StandardCharsets.ISO_8859_1))
        .body();
  }

  @Test
  void openMetricsHasTheLatestTraceBesideItsBucket() throws Exception {
    assertThat(page("application/openmetrics-text;version=1.0.0"))
        .contains(
            BUCKET
                + " # {span_id=\"%s\",trace_id=\"%s\"} 0.02 1795521601.123\n"
                    .formatted(SPAN, TRACE))
        .doesNotContain("1".repeat(32));
  }

  @Test
  void protobufHasItToo() throws Exception {
    assertThat(
            page(
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                    + "encoding=delimited"))
        .contains(TRACE, SPAN)
        .doesNotContain("1".repeat(32));
  }

  @Test
  void theClassicTextFormatHasNone() throws Exception {
    assertThat(page("text/plain;version=0.0.4"))
        .contains(BUCKET + "\n")
        .doesNotContain(TRACE, " # ");
  }
}
