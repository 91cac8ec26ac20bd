package org.aragora.telemetry.chaos;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as a plain tree, read with another parser and other rules than the processor's: only
 * those that this harness's records can break.
 *
 * @param json the whole event
 * @param timeNanos its {@code time} in nanoseconds since 1970, null if it has none
 */
record PlainEvent(JsonNode json, @Nullable Long timeNanos) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final long NANOS = 1_000_000_000L;
  private static final long HOUR_MS = 3_600_000;
  private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
  private static final Map<String, String> TOPIC_BY_TYPE =
      Map.ofEntries(
          Map.entry("debate.started.v1", "debates"),
          Map.entry("debate.round_completed.v1", "debates"),
          Map.entry("debate.completed.v1", "debates"),
          Map.entry("elo.updated.v1", "debates"),
          Map.entry("request.completed.v1", "requests"),
          Map.entry("websocket.opened.v1", "requests"),
          Map.entry("websocket.closed.v1", "requests"),
          Map.entry("agent.call_completed.v1", "agent-calls"),
          Map.entry("instance.heartbeat.v1", "instances"),
          Map.entry("instance.stopped.v1", "instances"),
          Map.entry("log.emitted.v1", "logs"));
  private static final String TYPE_PREFIX = "ai.aragora.";

  /** A record that is no valid event, by the reason's name. */
  static final class Invalid extends Exception {
    private static final long serialVersionUID = 1L;

    Invalid(String reason) {
      super(reason, null, false, false);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /** {@code topic}: name without prefix. */
  static PlainEvent read(String topic, byte @Nullable [] value, long appendMs) throws Invalid {
    if (value == null) {
      throw new Invalid("null_value");
    }
    JsonNode json = parse(value);
    String type = json.path("type").asText();
    String home =
        type.startsWith(TYPE_PREFIX)
            ? TOPIC_BY_TYPE.get(type.substring(TYPE_PREFIX.length()))
            : null;
    if (home == null) {
      throw new Invalid("unknown_type");
    }
    if (!home.equals(topic)) {
      throw new Invalid("wrong_topic");
    }
    if (!json.path("specversion").asText().equals("1.0")
        || json.path("id").asText().isEmpty()
        || json.path("source").asText().isEmpty()) {
      throw new Invalid("invalid_field");
    }
    return new PlainEvent(json, time(json, appendMs));
  }

  private static JsonNode parse(byte[] value) throws Invalid {
    try {
      JsonNode json = JSON.readTree(value);
      if (json != null && json.isObject()) {
        return json;
      }
    } catch (IOException e) {
      // it is none
    }
    throw new Invalid("undecodable");
  }

  private static @Nullable Long time(JsonNode json, long appendMs) throws Invalid {
    if (!json.has("time")) {
      return null;
    }
    Instant time;
    try {
      time = OffsetDateTime.parse(json.get("time").asText()).toInstant();
    } catch (DateTimeException e) {
      throw new Invalid("invalid_field");
    }
    if (time.isBefore(EARLIEST) || time.isAfter(Instant.ofEpochMilli(appendMs + HOUR_MS))) {
      throw new Invalid("timestamp_out_of_range");
    }
    return time.getEpochSecond() * NANOS + time.getNano();
  }

  String type() {
    return json.get("type").asText().substring(TYPE_PREFIX.length());
  }

  String source() {
    return json.get("source").asText();
  }

  String instance() {
    return source().substring(source().lastIndexOf('/') + 1);
  }

  JsonNode data() {
    return json.path("data");
  }

  String text(String field) {
    return data().path(field).asText();
  }

  /** Nanoseconds of a field in seconds. */
  long nanos(String field) {
    BigDecimal seconds = data().get(field).decimalValue();
    return seconds.movePointRight(9).longValueExact();
  }
}
