package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AppendClockTest {
  private static final long MS = 1_000_000;

  private long nanos = 500 * MS;
  private final AppendClock clock = new AppendClock(1_000, () -> nanos);

  @Test
  void itStandsStillWhileNobodyConfirmsTheEnd() {
    nanos += 10_000 * MS;
    clock.readToEnd(OptionalLong.empty());
    assertThat(clock.nowMs()).isEqualTo(1_000);
  }

  @Test
  void itAdvancesToTheMomentAtWhichTheEndWasConfirmed() {
    nanos += 10_000 * MS;
    clock.readToEnd(OptionalLong.of(nanos - 3_000 * MS));
    assertThat(clock.nowMs()).isEqualTo(8_000);
    clock.readToEnd(OptionalLong.of(nanos - 3_000 * MS));
    assertThat(clock.nowMs()).isEqualTo(8_000);
  }

  @Test
  void aConfirmationFromBeforeTheLastRecordIsWorthNothing() {
    nanos += 10_000 * MS;
    clock.recordRead(2_000);
    clock.readToEnd(OptionalLong.of(nanos - 1));
    assertThat(clock.nowMs()).isEqualTo(2_000);
  }

  @Test
  void itNeverGoesBack() {
    nanos += 10_000 * MS;
    clock.readToEnd(OptionalLong.of(nanos));
    clock.recordRead(2_000);
    assertThat(clock.nowMs()).isEqualTo(11_000);
    clock.recordRead(20_000);
    assertThat(clock.nowMs()).isEqualTo(20_000);
  }

  @Test
  void fractionsOfAMillisecondAddUp() {
    for (int i = 0; i < 10; i++) {
      nanos += MS / 4;
      clock.readToEnd(OptionalLong.of(nanos));
    }
    assertThat(clock.nowMs()).isEqualTo(1_002);
  }
}
