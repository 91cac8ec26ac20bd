package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;

class FirstContactTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void aNameThatDoesNotResolveYetIsAwaited() throws Exception {
    try (ProcessorService service =
        start(Map.of("KAFKA_BOOTSTRAP_SERVERS", "kafka.nowhere.invalid:9092"))) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                HttpResponse<String> ready = get(service, "/health/ready");
                assertThat(ready.statusCode()).isEqualTo(503);
                assertThat(ready.body()).contains("KAFKA_BOOTSTRAP_SERVERS resolves yet");
              });
      assertThat(get(service, "/health/live").statusCode()).isEqualTo(200);
      assertThat(service.stopped()).isNotDone();
    }
  }

  @Test
  void metricsOfTheJvmHaveTheirStandardNames() throws Exception {
    try (ProcessorService service =
        start(Map.of("KAFKA_BOOTSTRAP_SERVERS", "kafka.nowhere.invalid:9092"))) {
      assertThat(get(service, "/metrics").body())
          .contains("\njvm_memory_used_bytes{area=\"heap\"}")
          .contains("\njvm_gc_collection_seconds_count{")
          .contains("\nprocess_cpu_seconds_total ")
          .doesNotContain("process_jvm_");
    }
  }

  @Test
  void aSettingThatKafkaRefusesIsNamed() {
    try (ProcessorService service =
        start(
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
                "KAFKA_SECURITY_PROTOCOL", "SSL",
                "KAFKA_SSL_TRUSTSTORE_LOCATION", "/nonexistent"))) {
      assertThatThrownBy(() -> service.stopped().orTimeout(60, TimeUnit.SECONDS).join())
          .hasCauseInstanceOf(InvalidSettingException.class)
          .hasMessageContainingAll("KAFKA_ settings are refused", "/nonexistent");
    }
  }

  private static ProcessorService start(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("METRICS_HOST", "127.0.0.1");
    all.put("METRICS_PORT", "0");
    return ProcessorService.start(ProcessorConfig.read(all));
  }

  private static HttpResponse<String> get(ProcessorService service, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.metricsPort() + path))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
