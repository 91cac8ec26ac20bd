package org.aragora.telemetry.testbed.oracle.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AppendTimeTest {
  private static final long HOUR_MS = 3_600_000;
  private static final long AHEAD_MS = 10 * HOUR_MS;

  private final AppendTime time = new AppendTime();

  private long read(int times, long ms) {
    long now = 0;
    for (int i = 0; i < times; i++) {
      now = time.read(ms + i);
    }
    return now;
  }

  @Test
  void isTheMaximum() {
    assertThat(read(1, AHEAD_MS)).isEqualTo(AHEAD_MS);
    assertThat(read(1000, AHEAD_MS - HOUR_MS)).isEqualTo(AHEAD_MS);
  }

  @Test
  void hundredRecordsFarBeforeItMendIt() {
    read(1, AHEAD_MS);

    assertThat(read(99, 0)).isEqualTo(AHEAD_MS);
    assertThat(read(1, 50)).isEqualTo(98);
  }

  @Test
  void oneRecordNearItInterruptsTheRow() {
    read(1, AHEAD_MS);
    read(99, 0);
    read(1, AHEAD_MS);

    assertThat(read(99, 0)).isEqualTo(AHEAD_MS);
    assertThat(read(1, 0)).isEqualTo(98);
  }
}
