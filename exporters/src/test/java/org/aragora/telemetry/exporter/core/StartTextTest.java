package org.aragora.telemetry.exporter.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartTextTest {

  @Test
  void everythingComesBack() throws IOException {
    DebateLog.Start start =
        new DebateLog.Start("Größe \uD83D", List.of("claude", "gpt"), 51, "law", 3L);

    assertThat(StartText.read(StartText.write(start))).isEqualTo(start);
  }

  @Test
  void whatIsNotThereStaysAway() throws IOException {
    DebateLog.Start start = new DebateLog.Start(null, List.of(), 0, null, null);

    assertThat(StartText.write(start))
        .asString(UTF_8)
        .isEqualTo("{\"agents\":[],\"agent_count\":0}");
    assertThat(StartText.read(StartText.write(start))).isEqualTo(start);
  }

  @Test
  void otherTextIsRefused() {
    assertThatThrownBy(() -> StartText.read("[1]".getBytes(UTF_8))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> StartText.read("{".getBytes(UTF_8))).isInstanceOf(IOException.class);
  }
}
