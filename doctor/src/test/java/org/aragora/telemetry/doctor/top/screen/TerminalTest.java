package org.aragora.telemetry.doctor.top.screen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private static final Terminal.Size SMALL = new Terminal.Size(10, 2);
  private static final List<Line> LINES =
      List.of(
          Line.of("complete", Tone.GOOD),
          Line.of("twelve and more", Tone.PLAIN),
          Line.of("below", Tone.PLAIN));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void aFrameFillsNoMoreThanTheScreen() throws IOException {
    try (Terminal terminal = new Terminal(out, Map.of(), true)) {
      terminal.draw(LINES, SMALL);
    }

    assertThat(text())
        .startsWith("\u001b[?1049h\u001b[?25l\u001b[H")
        .contains("\u001b[1;32mcomplete\u001b[0m\u001b[K\r\ntwelve an")
        .doesNotContain("below")
        .endsWith("\u001b[J\u001b[0m\u001b[?25h\u001b[?1049l");
  }

  @Test
  void noColorLeavesNoStyle() throws IOException {
    try (Terminal terminal = new Terminal(out, Map.of("NO_COLOR", "1"), true)) {
      terminal.draw(LINES, SMALL);
    }

    assertThat(text()).contains("complete\u001b[K").doesNotContain("\u001b[1");
  }

  @Test
  void anEmptyNoColorIsNone() throws IOException {
    try (Terminal terminal = new Terminal(out, Map.of("NO_COLOR", ""), true)) {
      terminal.draw(LINES, SMALL);
    }

    assertThat(text()).contains("\u001b[1;32m");
  }

  @Test
  void withoutATerminalThereIsNoSequence() throws IOException {
    for (Terminal terminal :
        List.of(
            new Terminal(out, Map.of(), false), new Terminal(out, Map.of("TERM", "dumb"), true))) {
      terminal.draw(LINES, terminal.size());
      terminal.print(LINES, terminal.size());
      terminal.close();
    }

    assertThat(text()).doesNotContain("\u001b").contains("complete\ntwelve and more\nbelow\n\n");
  }

  @Test
  void aClosedTerminalStaysAsItWas() throws IOException {
    Terminal terminal = new Terminal(out, Map.of(), true);
    terminal.draw(LINES, SMALL);
    terminal.close();
    terminal.close();
    terminal.draw(LINES, SMALL);

    assertThat(text()).containsOnlyOnce("\u001b[?1049l").endsWith("\u001b[?1049l");
  }

  @Test
  void columnsAreTheWidthWithoutATerminal() {
    assertThat(new Terminal(out, Map.of("COLUMNS", "132"), false).size().columns()).isEqualTo(132);
    assertThat(new Terminal(out, Map.of("COLUMNS", "many"), false).size().columns())
        .isEqualTo(Integer.MAX_VALUE);
  }

  private String text() {
    return out.toString(UTF_8);
  }
}
