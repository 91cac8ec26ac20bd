package org.aragora.telemetry.rivals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Measurements of an event, as a program without our codec writes them: Jackson's tree, a string
 * for each series. There is no validation, no deduplication, no lifecycle of debates and instances.
 */
final class Measurements {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Name before the labels of a counter that is the part of a ratio in one minute. */
  static final String MINUTE = "minute:";

  private Measurements() {}

  /** Returns what an event adds to the series, one measurement each. */
  static List<Measurement> of(byte[] value) {
    try {
      return of(MAPPER.readTree(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a record of the backlog is not JSON", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Measurement> of(JsonNode event) {
    List<Measurement> to = new ArrayList<>(6);
    JsonNode data = event.path("data");
    switch (event.path("type").asText()) {
      case "ai.aragora.request.completed.v1" -> request(event, data, to);
      case "ai.aragora.agent.call_completed.v1" -> call(data, to);
      case "ai.aragora.debate.started.v1" -> {
        add(to, series("aragora_debates_started_total", "domain", domain(data)), 1);
        add(to, "aragora_active_debates", 1);
      }
      case "ai.aragora.debate.completed.v1" -> ended(event, data, to);
      case "ai.aragora.elo.updated.v1" -> add(to, "aragora_elo_updates_total", 1);
      case "ai.aragora.log.emitted.v1" ->
          add(to, series("aragora_log_events_total", "level", data.path("level").asText()), 1);
      default -> {}
    }
    return to;
  }

  private static void request(JsonNode event, JsonNode data, List<Measurement> to) {
    String endpoint = data.path("endpoint").asText();
    int query = endpoint.indexOf('?');
    endpoint = query < 0 ? endpoint : endpoint.substring(0, query);
    String method = data.path("method").asText();
    int status = data.path("status").asInt();
    String source = event.path("source").asText();
    String instance = source.substring(source.lastIndexOf('/') + 1);
    String labels = "endpoint=\"" + endpoint + "\",method=\"" + method + "\"";
    add(to, "aragora_requests_total{" + labels + ",status=\"" + status + "\"}", 1);
    add(
        to,
        "aragora_request_duration_seconds{" + labels + "}",
        data.path("duration_seconds").asDouble());
    add(
        to,
        "aragora_instance_requests_total{class=\""
            + status / 100
            + "xx\",instance_id=\""
            + instance
            + "\"}",
        1);
    share(to, "aragora_request_error_rate", event, status >= 500);
  }

  private static void call(JsonNode data, List<Measurement> to) {
    String agent = data.path("agent").asText();
    add(
        to,
        "aragora_agent_calls_total{agent=\""
            + agent
            + "\",status=\""
            + data.path("status").asText()
            + "\"}",
        1);
    add(
        to,
        series("aragora_agent_latency_seconds", "agent", agent),
        data.path("duration_seconds").asDouble());
    for (String direction : List.of("input", "output")) {
      JsonNode tokens = data.path(direction + "_tokens");
      if (tokens.isNumber()) {
        add(
            to,
            "aragora_agent_tokens_total{agent=\"" + agent + "\",direction=\"" + direction + "\"}",
            tokens.asDouble());
      }
    }
  }

  private static void ended(JsonNode event, JsonNode data, List<Measurement> to) {
    String outcome = data.path("outcome").asText();
    String status =
        switch (outcome) {
          case "cancelled" -> "aborted";
          case "timeout", "error" -> outcome;
          default -> "completed";
        };
    String labels =
        "{domain=\"" + domain(data) + "\",outcome=\"" + outcome + "\",status=\"" + status + "\"}";
    boolean consensus = "consensus".equals(outcome);
    boolean timeout = "timeout".equals(outcome);
    add(to, "aragora_active_debates", -1);
    add(to, "aragora_debates_completed_total" + labels, 1);
    add(to, "aragora_debate_duration_seconds" + labels, data.path("duration_seconds").asDouble());
    add(to, series("aragora_consensus_reached_total", "domain", domain(data)), consensus ? 1 : 0);
    add(to, "aragora_debate_timeouts_total", timeout ? 1 : 0);
    if (data.path("rounds").isNumber()) {
      add(to, series("aragora_debate_rounds", "outcome", outcome), data.path("rounds").asDouble());
    }
    share(to, "aragora_consensus_rate", event, consensus);
    share(to, "aragora_debate_timeout_rate", event, timeout);
  }

  private static void share(List<Measurement> to, String ratio, JsonNode event, boolean hit) {
    long minute = Instant.parse(event.path("time").asText()).getEpochSecond() / 60;
    add(to, MINUTE + ratio + "{minute=\"" + minute + "\",part=\"all\"}", 1);
    if (hit) {
      add(to, MINUTE + ratio + "{minute=\"" + minute + "\",part=\"hit\"}", 1);
    }
  }

  private static String domain(JsonNode data) {
    JsonNode domain = data.path("domain");
    return domain.isTextual() ? domain.asText() : "general";
  }

  private static String series(String name, String label, String value) {
    return name + "{" + label + "=\"" + value + "\"}";
  }

  private static void add(List<Measurement> to, String series, double value) {
    to.add(new Measurement(series, value));
  }
}
