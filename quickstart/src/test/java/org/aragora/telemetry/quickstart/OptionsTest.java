package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.aragora.telemetry.quickstart.Options.Writer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OptionsTest {

  private static Options of(long seconds, @Nullable Double rate, int kafkaPort, int metricsPort) {
    return Options.of(Writer.SAMPLE, seconds, rate, kafkaPort, metricsPort);
  }

  @Test
  void durationOfNoSecondsLastsUntilItIsStopped() {
    assertThat(of(0, null, 9092, 9090).duration()).isNull();
    assertThat(of(60, null, 9092, 9090).duration()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void eachWriterHasARateOfItsOwn() {
    assertThat(of(0, null, 9092, 9090).rate()).isEqualTo(100);
    assertThat(Options.of(Writer.ARAGORA, 0, null, 9092, 9090).rate()).isEqualTo(10);
    assertThat(Options.of(Writer.ARAGORA, 0, 3.0, 9092, 9090).rate()).isEqualTo(3);
    assertThat(Options.of(Writer.NOBODY, 0, 0.0, 9092, 9090).rate()).isZero();
  }

  @Test
  void badValueIsRefusedByName() {
    assertThatThrownBy(() -> of(-1, null, 9092, 9090)).hasMessageContaining("--duration");
    assertThatThrownBy(() -> of(0, 0.0, 9092, 9090)).hasMessageContaining("--rate");
    assertThatThrownBy(() -> of(0, Double.NaN, 9092, 9090)).hasMessageContaining("--rate");
    assertThatThrownBy(() -> of(0, null, 70_000, 9090)).hasMessageContaining("--kafka-port");
    assertThatThrownBy(() -> of(0, null, 9092, -1)).hasMessageContaining("--metrics-port");
    assertThatThrownBy(() -> of(0, null, 9090, 9090))
        .hasMessageContaining("--metrics-port is the same");
  }
}
