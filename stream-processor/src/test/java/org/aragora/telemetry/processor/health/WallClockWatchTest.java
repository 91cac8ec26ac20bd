package org.aragora.telemetry.processor.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WallClockWatchTest {
  private long wallMs = 1_795_000_000_000L;
  private long nanos = -7_000_000;
  private final WallClockWatch watch =
      new WallClockWatch(() -> wallMs, () -> nanos, Duration.ofSeconds(2));

  private void pass(Duration wall, Duration monotonic) {
    wallMs += wall.toMillis();
    nanos += monotonic.toNanos();
  }

  @Test
  void timeThatPassesIsNotAStep() {
    pass(Duration.ofDays(3), Duration.ofDays(3));
    assertThat(watch.setBack()).isZero();
  }

  @Test
  void aStepBackIsReportedOnce() {
    pass(Duration.ofHours(-2), Duration.ofSeconds(1));
    assertThat(watch.setBack()).isEqualTo(Duration.ofHours(2).plusSeconds(1));
    pass(Duration.ofSeconds(1), Duration.ofSeconds(1));
    assertThat(watch.setBack()).isZero();
  }

  @Test
  void aSmallStepAndAStepAheadAreBorne() {
    pass(Duration.ofSeconds(-1), Duration.ofSeconds(1));
    assertThat(watch.setBack()).isZero();
    pass(Duration.ofHours(5), Duration.ofSeconds(1));
    assertThat(watch.setBack()).isZero();
  }

  @Test
  void smallStepsAddUpAndAStepAheadIsTakenBack() {
    for (int i = 0; i < 2; i++) {
      pass(Duration.ofMillis(-900), Duration.ofMillis(100));
      assertThat(watch.setBack()).isZero();
    }
    pass(Duration.ofMillis(-900), Duration.ofMillis(100));
    assertThat(watch.setBack()).isEqualTo(Duration.ofSeconds(3));
    pass(Duration.ofHours(5), Duration.ofSeconds(1));
    assertThat(watch.setBack()).isZero();
    pass(Duration.ofHours(-5), Duration.ofSeconds(1));
    assertThat(watch.setBack()).isGreaterThan(Duration.ofHours(5));
  }

  @Test
  void aMachineThatSleptIsAStepAhead() {
    pass(Duration.ofHours(8), Duration.ZERO);
    assertThat(watch.setBack()).isZero();
  }
}
