package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The traces of the sample load, as the exporter sent them and as a trace backend shows them. */
class ITTraces {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DEBATES = 12;

  /** Times of the page are a double's microseconds. */
  private static final double ROUNDED_MICROS = 1;

  /** Spans by trace and id. */
  private final Map<String, Map<String, JsonNode>> traces = new TreeMap<>();

  @TempDir private Path directory;

  @RegisterExtension private final Quickstarts quickstarts = new Quickstarts();

  @Test
  void everySpanTakesTimeAndLiesWithinTheOneAboveIt() throws Exception {
    QuickstartProcess quickstart = quickstarts.start(directory, Map.of(), "--rate", "30");
    int port = Integer.parseInt(quickstart.awaitOutput("Page +http://localhost:([0-9]+)/"));
    // A span comes after those below it, and those of calls from other topics: so not at once.
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              collect(port);
              assertThat(rooted()).filteredOn(ITTraces::isDebate).hasSizeGreaterThan(DEBATES);
              assertThat(faults()).isEmpty();
            });
    quickstart.terminate();
    assertThat(quickstart.awaitEnd(Duration.ofSeconds(40))).as(quickstart.output()).isZero();

    assertThat(names())
        .containsKeys("debate.run", "debate.round.1", "debate.elo_update", "agent.claude", "GET");
    assertThat(names().get("debate.round.1")).isGreaterThan(DEBATES);
  }

  private void collect(int port) throws Exception {
    for (JsonNode each : json(port, "/api/v1/traces").path("traces")) {
      String id = each.path("id").asText();
      Map<String, JsonNode> spans = traces.computeIfAbsent(id, none -> new HashMap<>());
      if (each.path("spans").asInt() > spans.size()) {
        JsonNode trace = json(port, "/api/v1/traces/" + id);
        assertThat(trace.path("leftOut").asInt()).isZero();
        trace.path("spans").forEach(span -> spans.put(span.path("id").asText(), span));
      }
    }
  }

  /** Traces whose root has come; that of a debate comes at its end. */
  private List<Map<String, JsonNode>> rooted() {
    return traces.values().stream()
        .filter(spans -> spans.values().stream().anyMatch(ITTraces::isRoot))
        .toList();
  }

  private List<String> faults() {
    List<String> faults = new ArrayList<>();
    for (Map<String, JsonNode> spans : rooted()) {
      if (spans.values().stream().filter(ITTraces::isRoot).count() > 1) {
        faults.add("several roots: " + spans.values());
      }
      spans.values().forEach(span -> check(span, spans, faults));
    }
    return faults;
  }

  private static void check(JsonNode span, Map<String, JsonNode> spans, List<String> faults) {
    if (duration(span) <= 0) {
      faults.add("no duration: " + span);
    }
    if (isRoot(span)) {
      return;
    }
    JsonNode above = spans.get(span.path("parent").asText());
    if (above == null) {
      faults.add("nothing above it in its trace: " + span);
    } else if (above == span) {
      faults.add("its own parent: " + span);
    } else if (start(span) < start(above) - ROUNDED_MICROS
        || start(span) + duration(span) > start(above) + duration(above) + ROUNDED_MICROS) {
      faults.add("outside the one above it: " + span + " " + above);
    }
  }

  /** Spans by name; that of a request is its method. */
  private Map<String, Long> names() {
    return rooted().stream()
        .map(Map::values)
        .flatMap(Collection::stream)
        .map(span -> span.path("name").asText().split(" ")[0])
        .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
  }

  private static boolean isDebate(Map<String, JsonNode> spans) {
    return spans.values().stream()
        .anyMatch(span -> span.path("name").asText().equals("debate.run"));
  }

  private static boolean isRoot(JsonNode span) {
    return span.path("parent").asText().isEmpty();
  }

  private static double start(JsonNode span) {
    return span.path("startMicros").asDouble();
  }

  private static double duration(JsonNode span) {
    return span.path("durationMicros").asDouble();
  }

  private static JsonNode json(int port, String path) throws Exception {
    return JSON.readTree(LocalHttp.get(port, path, Duration.ofSeconds(10)).body());
  }
}
