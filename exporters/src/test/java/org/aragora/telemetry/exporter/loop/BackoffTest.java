package org.aragora.telemetry.exporter.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private final Backoff backoff =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5), new Random(1));

  private Duration after(int attempts, Duration wish) {
    return Duration.ofNanos(backoff.nanosAfter(attempts, wish));
  }

  @Test
  void pauseDoublesUpToTheLimitAndIsJittered() {
    for (int i = 0; i < 100; i++) {
      assertThat(after(1, Duration.ZERO)).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
      assertThat(after(3, Duration.ZERO)).isBetween(Duration.ofMillis(200), Duration.ofMillis(400));
      assertThat(after(1000, Duration.ZERO))
          .isBetween(Duration.ofMillis(2500), Duration.ofSeconds(5));
    }
  }

  @Test
  void backendsWishIsKeptWithinReason() {
    assertThat(after(1, Duration.ofSeconds(60))).isEqualTo(Duration.ofSeconds(60));
    assertThat(after(1, Duration.ofDays(9))).isEqualTo(Duration.ofMinutes(10));
  }
}
