package org.aragora.telemetry.exporter.core;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonLogLayoutTest {

  private static LoggingEvent event(Level level, String message, Throwable failure) {
    LoggingEvent event =
        new LoggingEvent(
            JsonLogLayoutTest.class.getName(),
            new LoggerContext().getLogger("aragora.x"),
            level,
            message,
            failure,
            null);
    event.setMDCPropertyMap(Map.of("trace_id", "abc"));
    event.setCallerData(
        new StackTraceElement[] {new StackTraceElement("a.b.Loop", "run", "Loop.java", 7)});
    return event;
  }

  @Test
  void lineHasTheUsersFieldsInOrder() throws IOException {
    String line = new JsonLogLayout().doLayout(event(Level.WARN, "a \"b\"\n\u0001😀", null));

    assertThat(line).endsWith("}\n").doesNotContain(": ");
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly(
            "timestamp", "level", "logger", "message", "module", "function", "line", "trace_id");
    assertThat(json.get("level").asText()).isEqualTo("WARNING");
    assertThat(json.get("message").asText()).isEqualTo("a \"b\"\n\u0001😀");
    assertThat(json.get("module").asText()).isEqualTo("Loop");
    assertThat(json.get("line").asInt()).isEqualTo(7);
  }

  @Test
  void failureComesAsOneField() throws IOException {
    String line =
        new JsonLogLayout().doLayout(event(Level.ERROR, "x", new IOException("disk \"full\"")));

    assertThat(line.lines()).hasSize(1);
    assertThat(new ObjectMapper().readTree(line).get("exception").asText())
        .contains("java.io.IOException: disk \"full\"");
  }
}
