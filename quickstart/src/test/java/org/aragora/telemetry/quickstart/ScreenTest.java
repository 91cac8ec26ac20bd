package org.aragora.telemetry.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final AtomicInteger columns = new AtomicInteger(20);
  private final Screen screen =
      new Screen(new PrintStream(written, true, UTF_8), true, columns::get);

  @Test
  void liveLineIsCutToTheTerminal() {
    screen.live("x".repeat(100));
    assertThat(written.toString(UTF_8)).isEqualTo("\r" + "x".repeat(19) + "\033[K");
  }

  @Test
  void liveLineFollowsTheWindowAndClearsWhatWasThere() {
    screen.live("a long line");
    columns.set(4);
    screen.live("short");
    assertThat(written.toString(UTF_8)).isEqualTo("\ra long line\033[K\rsho\033[K");
  }

  @Test
  void lineThatStaysBeginsBelow() {
    screen.live("live");
    screen.line("stays");
    assertThat(written.toString(UTF_8)).isEqualTo("\rlive\033[K\nstays\n");
  }

  @Test
  void columnsOfTheEnvironmentGoFirst() {
    assertThat(new TerminalWidth(Map.of("COLUMNS", "132")).getAsInt()).isEqualTo(132);
    assertThat(new TerminalWidth(Map.of("COLUMNS", "wide")).getAsInt()).isPositive();
  }
}
