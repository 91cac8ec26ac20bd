package org.aragora.telemetry.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What each event of one input partition means for the metrics, written down once more from their
 * description and not from the processor.
 */
final class EventModel {

  /** Takes what an event adds to a series. */
  interface Sink {
    void add(String name, Map<String, String> labels, long units);
  }

  /** The last rating of an agent and the event time that decides which is the last. */
  record Rating(long timeNanos, String tieBreak, double rating) {}

  private static final List<Double> REQUEST_BOUNDS =
      List.of(.01, .05, .1, .25, .5, 1., 2.5, 5., 10.);
  private static final List<Double> DEBATE_BOUNDS =
      List.of(1., 5., 10., 30., 60., 120., 300., 600., 1200., 1800.);
  private static final List<Double> ROUND_BOUNDS = List.of(1., 2., 3., 4., 5., 7., 10., 15., 20.);
  private static final List<Double> AGENT_BOUNDS =
      List.of(.1, .5, 1., 2.5, 5., 10., 30., 60., 120.);
  private static final Map<String, String> STATUS =
      Map.of(
          "consensus", "completed",
          "no_consensus", "completed",
          "timeout", "timeout",
          "error", "error",
          "cancelled", "aborted");
  private static final double NANOS = 1e9;

  private final Sink sink;
  private final Map<String, String> openDomains = new HashMap<>();
  private final Set<String> ended = new HashSet<>();
  private final Map<String, Rating> ratings = new HashMap<>();
  private final Map<String, Long> droppedByRun = new HashMap<>();

  EventModel(Sink sink) {
    this.sink = sink;
  }

  void count(PlainEvent event, long timeNanos) {
    switch (event.type()) {
      case "request.completed.v1" -> request(event);
      case "agent.call_completed.v1" -> agentCall(event);
      case "debate.started.v1" -> debateStarted(event);
      case "debate.completed.v1" -> debateEnded(event);
      case "elo.updated.v1" -> rated(event, timeNanos);
      case "log.emitted.v1" ->
          sink.add("aragora_log_events_total", Map.of("level", event.text("level")), 1);
      case "instance.heartbeat.v1" -> dropped(event);
      default -> {
        // counted, changes no series that grows
      }
    }
  }

  private void request(PlainEvent event) {
    String method = event.text("method");
    String endpoint = template(event.text("endpoint"));
    String status = event.text("status");
    sink.add(
        "aragora_requests_total",
        Map.of("method", method, "endpoint", endpoint, "status", status),
        1);
    sink.add(
        "aragora_instance_requests_total",
        Map.of("instance_id", event.instance(), "class", status.charAt(0) + "xx"),
        1);
    seconds(
        "aragora_request_duration_seconds",
        Map.of("method", method, "endpoint", endpoint),
        REQUEST_BOUNDS,
        event.nanos("duration_seconds"));
  }

  /** Of the endpoints that this harness uses. */
  private static String template(String endpoint) {
    return switch (endpoint) {
      case "/api/debates/4711" -> "/api/debates/{id}";
      case "/api/agents?limit=5" -> "/api/agents";
      case "/ws/adhoc_1a2b3c4d" -> "/ws/{id}";
      default -> endpoint;
    };
  }

  private void agentCall(PlainEvent event) {
    String agent = event.text("agent");
    sink.add(
        "aragora_agent_calls_total", Map.of("agent", agent, "status", event.text("status")), 1);
    seconds(
        "aragora_agent_latency_seconds",
        Map.of("agent", agent),
        AGENT_BOUNDS,
        event.nanos("duration_seconds"));
    for (String direction : List.of("input", "output")) {
      JsonNode tokens = event.data().get(direction + "_tokens");
      if (tokens != null) {
        sink.add(
            "aragora_agent_tokens_total",
            Map.of("agent", agent, "direction", direction),
            tokens.asLong());
      }
    }
  }

  private void debateStarted(PlainEvent event) {
    String debate = event.text("debate_id");
    if (!openDomains.containsKey(debate) && !ended.contains(debate)) {
      String domain = domain(event, null);
      openDomains.put(debate, domain);
      sink.add("aragora_debates_started_total", Map.of("domain", domain), 1);
    }
  }

  private void debateEnded(PlainEvent event) {
    String debate = event.text("debate_id");
    if (!ended.add(debate)) {
      return;
    }
    String domain = domain(event, openDomains.remove(debate));
    String outcome = event.text("outcome");
    String status = STATUS.getOrDefault(outcome, "");
    Map<String, String> labels = Map.of("status", status, "outcome", outcome, "domain", domain);
    sink.add("aragora_debates_completed_total", labels, 1);
    seconds(
        "aragora_debate_duration_seconds", labels, DEBATE_BOUNDS, event.nanos("duration_seconds"));
    if (outcome.equals("consensus")) {
      sink.add("aragora_consensus_reached_total", Map.of("domain", domain), 1);
    }
    if (outcome.equals("timeout")) {
      sink.add("aragora_debate_timeouts_total", Map.of(), 1);
    }
    if (event.data().has("rounds")) {
      long rounds = event.data().get("rounds").asLong();
      histogram(
          "aragora_debate_rounds",
          Map.of("outcome", outcome),
          ROUND_BOUNDS,
          (double) rounds,
          rounds);
    }
  }

  private static String domain(PlainEvent event, @Nullable String ofStart) {
    String own = event.text("domain");
    if (!own.isEmpty() && !own.equals("null")) {
      return own;
    }
    return ofStart == null ? "general" : ofStart;
  }

  private void rated(PlainEvent event, long timeNanos) {
    sink.add("aragora_elo_updates_total", Map.of(), 1);
    String tieBreak =
        "%s %s %020d"
            .formatted(
                event.source(),
                event.json().path("epoch").asText(),
                event.json().path("seq").asLong());
    Rating rating = new Rating(timeNanos, tieBreak, event.data().get("rating").doubleValue());
    ratings.merge(event.text("agent"), rating, EventModel::later);
  }

  /** The one that wins, in one partition or of two. */
  static Rating later(Rating a, Rating b) {
    int order = Long.compare(a.timeNanos(), b.timeNanos());
    return (order != 0 ? order : a.tieBreak().compareTo(b.tieBreak())) >= 0 ? a : b;
  }

  private void dropped(PlainEvent event) {
    event
        .data()
        .path("dropped")
        .properties()
        .forEach(
            entry -> {
              String run =
                  event.source() + " " + event.json().path("epoch").asText() + entry.getKey();
              long before = droppedByRun.getOrDefault(run, 0L);
              long now = Math.max(before, entry.getValue().asLong());
              droppedByRun.put(run, now);
              sink.add(
                  "aragora_telemetry_producer_dropped_events_total",
                  Map.of("topic", entry.getKey()),
                  now - before);
            });
  }

  private void seconds(String name, Map<String, String> labels, List<Double> bounds, long nanos) {
    histogram(name, labels, bounds, nanos / NANOS, nanos);
  }

  private void histogram(
      String name, Map<String, String> labels, List<Double> bounds, double value, long units) {
    for (double bound : bounds) {
      if (value <= bound) {
        Map<String, String> bucket = new HashMap<>(labels);
        bucket.put("le", String.valueOf(bound));
        sink.add(name + "_bucket", bucket, 1);
      }
    }
    Map<String, String> all = new HashMap<>(labels);
    all.put("le", "+Inf");
    sink.add(name + "_bucket", all, 1);
    sink.add(name + "_count", labels, 1);
    sink.add(name + "_sum", labels, units);
  }

  long openDebates() {
    return openDomains.size();
  }

  Map<String, Rating> ratings() {
    return ratings;
  }
}
