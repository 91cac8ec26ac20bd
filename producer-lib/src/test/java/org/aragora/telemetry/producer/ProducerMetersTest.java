package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.aragora.telemetry.producer.micrometer.ProducerMeters;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.junit.jupiter.api.Test;

class ProducerMetersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double counter(String name, String... tags) {
    return registry
        .get("aragora.telemetry.client." + name)
        .tags("topic", "aragora.logs")
        .tags(tags)
        .functionCounter()
        .count();
  }

  private double queued() {
    return registry
        .get("aragora.telemetry.client.queued")
        .tags("topic", "aragora.logs")
        .gauge()
        .value();
  }

  @Test
  void metersShowWhatStatsReturns() {
    try (TelemetryProducer telemetry =
        TelemetryProducer.builder("meters-1")
            .client(() -> Broker.acknowledging(4))
            .heartbeatInterval(Duration.ZERO)
            .build()) {
      new ProducerMeters(telemetry).bindTo(registry);
      assertThat(counter("offered")).isZero();

      telemetry.log(LogLevel.INFO, "app", "one");
      telemetry.log(LogLevel.INFO, "l".repeat(2_000), "refused");
      telemetry.flush(Duration.ofSeconds(20));

      assertThat(counter("offered")).isEqualTo(2);
      assertThat(counter("acknowledged")).isEqualTo(1);
      assertThat(counter("dropped", "reason", "invalid")).isEqualTo(1);
      assertThat(counter("dropped", "reason", "full")).isZero();
      assertThat(queued()).isZero();
    }
  }

  @Test
  void queuedEventsAreShown() {
    TelemetryProducer telemetry =
        TelemetryProducer.builder("meters-2")
            .client(() -> Broker.silent(4))
            .heartbeatInterval(Duration.ZERO)
            .build();
    new ProducerMeters(telemetry).bindTo(registry);
    telemetry.log(LogLevel.INFO, "app", "one");
    assertThat(queued()).isEqualTo(1);

    telemetry.close(Duration.ZERO);
    assertThat(queued()).isZero();
    assertThat(counter("dropped", "reason", "undelivered")).isEqualTo(1);
  }

  @Test
  void everyTopicAndReasonHasItsMeterFromTheStart() {
    try (TelemetryProducer telemetry =
        TelemetryProducer.builder("meters-3").client(() -> Broker.acknowledging(4)).build()) {
      new ProducerMeters(telemetry).bindTo(registry);
      for (String name : List.of("offered", "acknowledged")) {
        assertThat(registry.get("aragora.telemetry.client." + name).functionCounters()).hasSize(5);
      }
      assertThat(registry.get("aragora.telemetry.client.dropped").functionCounters())
          .hasSize(5 * 7);
      assertThat(registry.get("aragora.telemetry.client.recovered").functionCounters()).hasSize(1);
    }
  }
}
