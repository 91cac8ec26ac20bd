package org.aragora.telemetry.quickstart.aragora;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.quickstart.aragora.Driver.Request;
import org.junit.jupiter.api.Test;

class ServerEventsTest {
  private static final TopicPartition FIRST = new TopicPartition("requests", 0);
  private static final TopicPartition SECOND = new TopicPartition("requests", 1);

  private final ServerEvents events = new ServerEvents("own-");

  private void add(TopicPartition partition, long seq, String type, Map<String, ?> data) {
    events.add(
        partition,
        new ObjectMapper()
            .valueToTree(
                Map.of(
                    "type", "ai.aragora." + type + ".v1", "epoch", "e", "seq", seq, "data", data)));
  }

  private static Map<String, ?> request(String id, String endpoint) {
    return Map.of("request_id", id, "method", "GET", "endpoint", endpoint, "status", 200);
  }

  @Test
  void eventThatIsMissingInTheTopicsIsStillNumbered() {
    add(FIRST, 1, "request.completed", request("own-1", "/a"));
    add(FIRST, 3, "request.completed", request("own-3", "/a"));
    add(SECOND, 1, "request.completed", request("own-2", "/a"));

    assertThat(events.numbered()).containsExactly(Map.entry("requests", 4L));
  }

  @Test
  void requestsOfOthersAreThoseWithoutAnIdOfTheDriver() {
    add(FIRST, 1, "request.completed", request("own-1", "/debates/adhoc_12345678"));
    add(FIRST, 2, "request.completed", request("else", "/debates/adhoc_87654321?x=1"));

    assertThat(events.othersRequests(new Request("GET", "/debates/{id}", 200))).isEqualTo(1);
    assertThat(events.othersRequests(new Request("GET", "/debates/{id}", 404))).isZero();
  }

  @Test
  void startsAndEndsOfDebatesAndOfTheInstanceAreKept() {
    add(FIRST, 1, "debate.started", Map.of("debate_id", "d1"));
    add(FIRST, 2, "debate.completed", Map.of("debate_id", "d1", "outcome", "timeout"));
    add(SECOND, 1, "instance.stopped", Map.of("instance_id", "i"));

    assertThat(events.started()).containsExactly("d1");
    assertThat(events.outcomes()).containsExactly(Map.entry("d1", "timeout"));
    assertThat(events.stopped()).isEqualTo(1);
  }
}
