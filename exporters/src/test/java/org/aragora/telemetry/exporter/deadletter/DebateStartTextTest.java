package org.aragora.telemetry.exporter.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.junit.jupiter.api.Test;

class DebateStartTextTest {

  @Test
  void everythingComesBack() throws IOException {
    DebateStart start = new DebateStart("Größe \uD83D", List.of("claude", "gpt"), 51, "law", 3L);

    assertThat(DebateStartText.read(DebateStartText.write(start))).isEqualTo(start);
  }

  @Test
  void whatIsNotThereStaysAway() throws IOException {
    DebateStart start = new DebateStart(null, List.of(), 0, null, null);

    assertThat(DebateStartText.write(start))
        .asString(UTF_8)
        .isEqualTo("{\"agents\":[],\"agent_count\":0}");
    assertThat(DebateStartText.read(DebateStartText.write(start))).isEqualTo(start);
  }

  @Test
  void otherTextIsRefused() {
    assertThatThrownBy(() -> DebateStartText.read("[1]".getBytes(UTF_8)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> DebateStartText.read("{".getBytes(UTF_8)))
        .isInstanceOf(IOException.class);
  }
}
