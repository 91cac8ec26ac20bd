package org.aragora.telemetry.processor.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdleTimeTest {
  @Test
  void itRunsFromTheFirstLookAtAnEndToTheLast() {
    IdleTime idle = IdleTime.seen(null, 10, 1_000);
    assertThat(idle.nanos(10)).hasValue(0);
    idle = IdleTime.seen(idle, 10, 5_000);
    assertThat(idle.nanos(10)).hasValue(4_000);
    assertThat(idle.nanos(9)).as("a marker lies behind the last record").hasValue(4_000);
    assertThat(idle.nanos(11)).as("not known to be read").isEmpty();
  }

  @Test
  void aRecordBeginsAnotherIdleTime() {
    IdleTime idle = IdleTime.seen(IdleTime.seen(null, 10, 1_000), 10, 5_000);
    idle = IdleTime.seen(idle, 12, 6_000);
    assertThat(idle.nanos(12)).hasValue(0);
    assertThat(idle.nanos(10)).as("of a ledger without that record").hasValue(5_000);
    idle = IdleTime.seen(idle, 12, 9_000);
    assertThat(idle.nanos(12)).hasValue(3_000);
  }

  @Test
  void markersDoNotEndAnIdleTime() {
    IdleTime idle = IdleTime.seen(null, 10, 1_000);
    for (int end = 11; end < 20; end++) {
      idle = IdleTime.seen(idle, end, 1_000L * end);
    }
    assertThat(idle.nanos(10)).hasValue(18_000);
    for (int end = 20; end < 1_000; end++) {
      idle = IdleTime.seen(idle, end, 1_000L * end);
    }
    assertThat(idle.firstNanos()).hasSize(16);
  }
}
