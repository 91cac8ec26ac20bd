package org.aragora.telemetry.replay.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressTest {

  @Test
  void lineHasRecordsShareRateAndTimeLeft() {
    Progress progress = new Progress(new PrintStream(System.err), true, () -> 0, 4000);

    progress.passed(1000, 900);

    assertThat(progress.line(2_000_000_000L))
        .isEqualTo("replay: 900 records, 25 %, 450 a second, 6 s left");
  }

  @Test
  void nothingToDoIsAllOfIt() {
    assertThat(new Progress(System.err, true, () -> 0, 0).line(1))
        .contains("100 %", "unknown time left");
  }
}
