package org.aragora.telemetry.testbed.receiver;

import static org.aragora.telemetry.testbed.receiver.SpanReader.cut;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the lines of a push; cuts long texts. */
final class LineReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LineReader() {}

  /** Reads the entries of all streams. */
  static List<KeptLine> lines(byte[] push) throws IOException {
    List<KeptLine> lines = new ArrayList<>();
    for (JsonNode stream : JSON.readTree(push).path("streams")) {
      for (JsonNode entry : stream.path("values")) {
        lines.add(line(stream.path("stream"), entry));
      }
    }
    return lines;
  }

  private static KeptLine line(JsonNode labels, JsonNode entry) {
    String text = entry.path(1).asText();
    JsonNode line = object(text);
    String traceId = entry.path(2).path("trace_id").asText(line.path("trace_id").asText());
    return new KeptLine(
        entry.path(0).asLong(),
        cut(traceId),
        cut(labels.path("level").asText()),
        cut(labels.path("instance").asText()),
        cut(line.path("logger").asText()),
        cut(line.path("message").asText(text)));
  }

  private static JsonNode object(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
