package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuilderTest {

  @ParameterizedTest
  @CsvSource({
    "acks,1",
    "enable.idempotence,false",
    "max.in.flight.requests.per.connection,10",
    "transactional.id,x",
    "partitioner.class,x",
    "value.serializer,x"
  })
  void settingThatBreaksAGuaranteeIsRefusedByName(String key, String value) {
    assertThatThrownBy(() -> TelemetryProducer.builder("api-1").clientSetting(key, value).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key)
        .hasMessageEndingWith(": remove it.");
  }

  @Test
  void settingOfNoProducerIsRefusedByName() {
    assertThatThrownBy(
            () -> TelemetryProducer.builder("api-1").clientSetting("lingerms", "5").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lingerms");
  }

  @Test
  void valueThatTheClientRefusesIsRefusedWithItsReason() {
    assertThatThrownBy(
            () -> TelemetryProducer.builder("api-1").clientSetting("linger.ms", "soon").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("linger.ms");
  }

  @Test
  void settingsPassThroughAndOursStayFixed() {
    assertThat(
            ClientConfig.complete(
                Map.of("security.protocol", "SASL_SSL", "compression.type", "zstd", "acks", "all"),
                "me"))
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("compression.type", "zstd")
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", "true")
        .containsEntry("max.in.flight.requests.per.connection", "1")
        .containsEntry("client.id", "me");
    assertThat(ClientConfig.complete(Map.of(), "me")).containsEntry("compression.type", "lz4");
  }

  @ParameterizedTest
  @CsvSource({"''", "a/b", "a b", "ü"})
  void instanceIdThatIsNoPathSegmentIsRefused(String id) {
    assertThatThrownBy(() -> TelemetryProducer.builder(id).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("instance id");
  }

  @Test
  void boundsThatCannotHoldAnEventAreRefused() {
    assertThatThrownBy(() -> TelemetryProducer.builder("api-1").queue(0, 1 << 24).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TelemetryProducer.builder("api-1").queue(10, 1000).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                TelemetryProducer.builder("api-1")
                    .heartbeatInterval(Duration.ofSeconds(-1))
                    .build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-1S", "PT0.999999999S", "PT1H0.000000001S"})
  void aHeartbeatThatNoReaderCountsIsRefused(Duration interval) {
    assertThatThrownBy(() -> TelemetryProducer.builder("api-1").heartbeatInterval(interval).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 1 to 3600 seconds");
  }
}
