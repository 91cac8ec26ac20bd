package org.aragora.telemetry.exporter.logs;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.exporter.contract.Reply;

/**
 * Loki's rules of acceptance, as its source describes them: an entry is refused if it lies more
 * than half of max_chunk_age behind the newest of its stream; the other entries are stored. Only
 * the last stream with refused entries is named, with ten entries at most.
 */
final class LokiRules {

  private static final long WINDOW_NANOS = 3_600_000_000_000L;
  private static final int NAMED = 10;

  private final Map<JsonNode, Long> newest = new HashMap<>();
  private final Set<String> stored = new HashSet<>();
  private int requests;

  synchronized Reply judge(List<LogReceiver.Pushed> lines) {
    requests++;
    Map<JsonNode, List<LogReceiver.Pushed>> streams = new LinkedHashMap<>();
    lines.forEach(
        line -> streams.computeIfAbsent(line.stream(), key -> new ArrayList<>()).add(line));
    String error = null;
    for (Map.Entry<JsonNode, List<LogReceiver.Pushed>> stream : streams.entrySet()) {
      String refused = push(stream.getKey(), stream.getValue());
      error = refused == null ? error : refused;
    }
    return error == null ? Reply.ok() : Reply.status(400, error);
  }

  private String push(JsonNode stream, List<LogReceiver.Pushed> lines) {
    StringBuilder error = new StringBuilder();
    int refused = 0;
    for (LogReceiver.Pushed line : lines) {
      long nanos = Long.parseLong(line.nanos());
      long cutoff = newest.getOrDefault(stream, Long.MIN_VALUE + WINDOW_NANOS) - WINDOW_NANOS;
      if (nanos >= cutoff) {
        newest.merge(stream, nanos, Math::max);
        stored.add(line.text());
      } else if (refused++ < NAMED) {
        error.append(
            "entry with timestamp %s ignored, reason: 'entry too far behind, entry timestamp is: %s, oldest acceptable timestamp is: %s',\n"
                .formatted(instant(nanos), seconds(nanos), seconds(cutoff)));
      }
    }
    StringBuilder labels = new StringBuilder();
    stream
        .fields()
        .forEachRemaining(
            each ->
                labels
                    .append(labels.isEmpty() ? "" : ", ")
                    .append("%s=\"%s\"".formatted(each.getKey(), each.getValue().asText())));
    return refused == 0
        ? null
        : error
            .append("user 'fake', total ignored: %d out of %d".formatted(refused, lines.size()))
            .append(" for stream: {%s}".formatted(labels))
            .toString();
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
  }

  private static Instant seconds(long nanos) {
    return Instant.ofEpochSecond(nanos / 1_000_000_000);
  }

  synchronized int stored() {
    return stored.size();
  }

  synchronized int requests() {
    return requests;
  }
}
