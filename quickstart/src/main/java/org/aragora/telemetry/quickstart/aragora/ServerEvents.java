package org.aragora.telemetry.quickstart.aragora;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.quickstart.aragora.Driver.Request;
import org.aragora.telemetry.schemas.field.EndpointTemplate;
import org.aragora.telemetry.testbed.oracle.OracleEvent;

/** Events of the server as they are in the topics. One thread adds them, another reads. */
final class ServerEvents {

  private record Numbering(TopicPartition partition, String epoch) {}

  private final String ownPrefix;
  private final EndpointTemplate template = new EndpointTemplate();
  private final Map<Numbering, Long> highest = new HashMap<>();
  private final Map<Request, Long> othersRequests = new HashMap<>();
  private final Map<String, String> outcomes = new HashMap<>();
  private final Set<String> started = new HashSet<>();
  private long stopped;

  /** {@code ownPrefix}: first characters of the ids of the driver's requests. */
  ServerEvents(String ownPrefix) {
    this.ownPrefix = ownPrefix;
  }

  synchronized void add(TopicPartition partition, JsonNode event) {
    highest.merge(
        new Numbering(partition, event.path("epoch").asText()),
        event.path("seq").asLong(),
        Math::max);
    JsonNode data = event.path("data");
    String debate = data.path("debate_id").asText();
    switch (OracleEvent.type(event)) {
      case "request.completed" -> {
        if (!data.path("request_id").asText().startsWith(ownPrefix)) {
          othersRequests.merge(request(data), 1L, Long::sum);
        }
      }
      case "debate.started" -> started.add(debate);
      case "debate.completed" -> outcomes.put(debate, data.path("outcome").asText());
      case "instance.stopped" -> stopped++;
      default -> {}
    }
  }

  private Request request(JsonNode data) {
    return new Request(
        data.path("method").asText(),
        template.of(data.path("endpoint").asText()),
        data.path("status").asInt());
  }

  /**
   * Events that the server numbered, by topic. Numbers of a partition begin at 1 and have no gap,
   * so the highest one counts also an event that never arrived.
   */
  synchronized Map<String, Long> numbered() {
    Map<String, Long> sums = new TreeMap<>();
    highest.forEach((numbering, seq) -> sums.merge(numbering.partition().topic(), seq, Long::sum));
    return sums;
  }

  /** Requests of this kind that are not the driver's. */
  synchronized long othersRequests(Request request) {
    return othersRequests.getOrDefault(request, 0L);
  }

  /** Ids of the debates that have started. */
  synchronized Set<String> started() {
    return Set.copyOf(started);
  }

  /** Outcomes of the debates that have ended, by id. */
  synchronized Map<String, String> outcomes() {
    return Map.copyOf(outcomes);
  }

  /** Number of {@code instance.stopped}. */
  synchronized long stopped() {
    return stopped;
  }
}
