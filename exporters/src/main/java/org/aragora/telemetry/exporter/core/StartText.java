package org.aragora.telemetry.exporter.core;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The start of a debate as a dead letter keeps it: one JSON object. */
final class StartText {

  /** Escaped, because a task that was cut may end within a character. */
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private StartText() {}

  static byte[] write(DebateLog.Start start) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      if (start.task() != null) {
        out.writeStringField("task", start.task());
      }
      out.writeArrayFieldStart("agents");
      for (String agent : start.agents()) {
        out.writeString(agent);
      }
      out.writeEndArray();
      out.writeNumberField("agent_count", start.agentCount());
      if (start.domain() != null) {
        out.writeStringField("domain", start.domain());
      }
      if (start.plannedRounds() != null) {
        out.writeNumberField("planned_rounds", start.plannedRounds());
      }
      out.writeEndObject();
    } catch (IOException inMemory) {
      throw new IllegalStateException("Writing to memory failed.", inMemory);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads it back.
   *
   * @throws IOException where it is none
   */
  static DebateLog.Start read(byte[] text) throws IOException {
    @Nullable String task = null;
    List<String> agents = new ArrayList<>();
    int agentCount = 0;
    @Nullable String domain = null;
    @Nullable Long plannedRounds = null;
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("It is no JSON object.");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "task" -> task = json.getText();
          case "agents" -> {
            while (json.nextToken() == JsonToken.VALUE_STRING) {
              agents.add(json.getText());
            }
          }
          case "agent_count" -> agentCount = json.getIntValue();
          case "domain" -> domain = json.getText();
          case "planned_rounds" -> plannedRounds = json.getLongValue();
          default -> json.skipChildren();
        }
      }
    }
    return new DebateLog.Start(task, List.copyOf(agents), agentCount, domain, plannedRounds);
  }
}
