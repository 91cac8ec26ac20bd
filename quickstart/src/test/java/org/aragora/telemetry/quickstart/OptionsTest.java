package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OptionsTest {

  @Test
  void durationOfNoSecondsLastsUntilItIsStopped() {
    assertThat(Options.of(0, 100, false, 9092, 9090).duration()).isNull();
    assertThat(Options.of(60, 100, false, 9092, 9090).duration()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void noLoadNeedsNoRate() {
    assertThat(Options.of(0, 0, true, 9092, 9090).hasLoad()).isFalse();
  }

  @Test
  void withoutALoadEveryInstanceIsTheUsersOwn() {
    assertThat(Options.of(0, 100, false, 9092, 9090).loadSources())
        .contains("/aragora/instances/api-1");
    assertThat(Options.of(0, 100, true, 9092, 9090).loadSources()).isEmpty();
  }

  @Test
  void badValueIsRefusedByName() {
    assertThatThrownBy(() -> Options.of(-1, 100, false, 9092, 9090))
        .hasMessageContaining("--duration");
    assertThatThrownBy(() -> Options.of(0, 0, false, 9092, 9090)).hasMessageContaining("--rate");
    assertThatThrownBy(() -> Options.of(0, Double.NaN, false, 9092, 9090))
        .hasMessageContaining("--rate");
    assertThatThrownBy(() -> Options.of(0, 1, false, 70_000, 9090))
        .hasMessageContaining("--kafka-port");
    assertThatThrownBy(() -> Options.of(0, 1, false, 9092, -1))
        .hasMessageContaining("--metrics-port");
    assertThatThrownBy(() -> Options.of(0, 1, false, 9090, 9090))
        .hasMessageContaining("--metrics-port is the same");
  }
}
