package org.aragora.telemetry.exporter.deadletter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.jspecify.annotations.Nullable;

/** JSON form of a {@link DebateStart}, a header of the dead letter. */
final class DebateStartText {

  /** Escapes all but ASCII, because a cut task may end within a character. */
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private DebateStartText() {}

  static byte[] write(DebateStart start) {
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
    } catch (IOException e) {
      throw new IllegalStateException("Writing to memory failed.", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Parses the JSON.
   *
   * @throws IOException if it is not such an object
   */
  static DebateStart read(byte[] text) throws IOException {
    @Nullable String task = null;
    List<String> agents = new ArrayList<>();
    int agentCount = 0;
    @Nullable String domain = null;
    @Nullable Long plannedRounds = null;
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("It is not a JSON object.");
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
    return new DebateStart(task, agents, agentCount, domain, plannedRounds);
  }
}
