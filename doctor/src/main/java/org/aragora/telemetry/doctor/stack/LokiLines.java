package org.aragora.telemetry.doctor.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Aragora's newest lines in Loki. */
public final class LokiLines {
  private static final Duration LOOKBACK = Duration.ofMinutes(15);
  private static final int LIMIT = 200;

  private final HttpTarget loki;
  private final String selector;
  private final Clock clock;
  private final ObjectMapper json = new ObjectMapper();

  public LokiLines(HttpTarget loki, String app, Clock clock) {
    this.loki = loki;
    this.selector = "{app=\"" + app + "\"}";
    this.clock = clock;
  }

  /** The query. */
  public String selector() {
    return selector;
  }

  /** Range of the query, back from now. */
  public static Duration lookback() {
    return LOOKBACK;
  }

  /** Age of the newest line. */
  public Optional<Duration> newestAge() throws NoAnswerException, InterruptedException {
    long newest = 0;
    for (JsonNode stream : streams()) {
      for (JsonNode line : stream.path("values")) {
        newest = Math.max(newest, line.path(0).asLong());
      }
    }
    Instant time = Instant.ofEpochSecond(0, newest);
    return newest == 0 ? Optional.empty() : Optional.of(Duration.between(time, clock.instant()));
  }

  /** The trace ids of the newest lines, newest stream first. */
  public Set<String> traceIds() throws NoAnswerException, InterruptedException {
    Set<String> ids = new LinkedHashSet<>();
    for (JsonNode stream : streams()) {
      for (JsonNode line : stream.path("values")) {
        String id = traceId(line.path(1).asText());
        if (!id.isEmpty()) {
          ids.add(id);
        }
      }
    }
    return ids;
  }

  private String traceId(String line) {
    try {
      return json.readTree(line).path("trace_id").asText();
    } catch (JsonProcessingException e) {
      return ""; // a line of something else
    }
  }

  private JsonNode streams() throws NoAnswerException, InterruptedException {
    Instant now = clock.instant();
    String path =
        "/loki/api/v1/query_range?direction=backward&limit=%d&start=%d000000&end=%d000000&query=%s"
            .formatted(
                LIMIT,
                now.minus(LOOKBACK).toEpochMilli(),
                now.toEpochMilli(),
                URLEncoder.encode(selector, StandardCharsets.UTF_8));
    return loki.json(path).path("data").path("result");
  }
}
