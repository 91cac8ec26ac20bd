package org.aragora.telemetry.testbed.oracle;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An event as a plain tree. Only those rules are checked that the records of our tests break.
 *
 * @param json the whole event
 * @param timeNanos its {@code time} in nanoseconds since 1970, null if it has none
 */
public record OracleEvent(JsonNode json, @Nullable Long timeNanos) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final long NANOS = 1_000_000_000L;
  private static final long HOUR_MS = 3_600_000;
  private static final int LARGEST = 1_048_576;
  private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
  private static final String TYPE_PREFIX = "ai.aragora.";
  private static final String TYPE_VERSION = ".v1";
  private static final Pattern ID_SEGMENT =
      Pattern.compile(
          "[0-9]+|(adhoc|playground)_[0-9a-f]{8,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  /** Topic of a type, and the fields that it must have. */
  private record Kind(String topic, List<String> required) {}

  private static final Map<String, Kind> KINDS =
      Map.ofEntries(
          kind("debate.started", "debates", "debate_id agents"),
          kind("debate.round_completed", "debates", "debate_id round duration_seconds"),
          kind("debate.completed", "debates", "debate_id outcome duration_seconds"),
          kind("elo.updated", "debates", "agent rating"),
          kind(
              "request.completed",
              "requests",
              "request_id method endpoint status duration_seconds"),
          kind("websocket.opened", "requests", "connection_id connections"),
          kind("websocket.closed", "requests", "connection_id connections"),
          kind("agent.call_completed", "agent-calls", "call_id agent status duration_seconds"),
          kind(
              "instance.heartbeat",
              "instances",
              "instance_id websocket_connections interval_seconds emitted dropped"),
          kind("instance.stopped", "instances", "instance_id"),
          kind("log.emitted", "logs", "level logger message"));

  private static Map.Entry<String, Kind> kind(String type, String topic, String required) {
    return Map.entry(
        TYPE_PREFIX + type + TYPE_VERSION, new Kind(topic, List.of(required.split(" "))));
  }

  /**
   * Thrown for a record that is not a valid event; the message is the reason of its dead letter.
   */
  static final class InvalidEventException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidEventException(String reason) {
      super(reason, null, false, false);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /** Parses a record as JSON; a missing node if it is not one JSON object. */
  public static JsonNode tree(byte @Nullable [] value) {
    try {
      JsonNode json = value == null ? null : JSON.readTree(value);
      return json != null && json.isObject() ? json : MissingNode.getInstance();
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /**
   * Reads a record.
   *
   * @param topic name without prefix
   */
  static OracleEvent read(String topic, byte @Nullable [] value, long appendMs)
      throws InvalidEventException {
    if (value == null) {
      throw new InvalidEventException("null_value");
    }
    if (value.length > LARGEST) {
      throw new InvalidEventException("too_large");
    }
    JsonNode json = tree(value);
    if (json.isMissingNode()) {
      throw new InvalidEventException("undecodable");
    }
    Kind kind = KINDS.get(json.path("type").asText());
    if (kind == null) {
      throw new InvalidEventException("unknown_type");
    }
    if (!kind.topic().equals(topic)) {
      throw new InvalidEventException("wrong_topic");
    }
    if (!json.path("specversion").asText().equals("1.0")
        || json.path("id").asText().isEmpty()
        || json.path("source").asText().isEmpty()
        || !kind.required().stream().allMatch(json.path("data")::hasNonNull)) {
      throw new InvalidEventException("invalid_field");
    }
    return new OracleEvent(json, time(json, appendMs));
  }

  private static @Nullable Long time(JsonNode json, long appendMs) throws InvalidEventException {
    if (!json.has("time")) {
      return null;
    }
    Instant time;
    try {
      time = OffsetDateTime.parse(json.path("time").asText()).toInstant();
    } catch (DateTimeException e) {
      throw new InvalidEventException("invalid_field");
    }
    if (time.isBefore(EARLIEST) || time.isAfter(Instant.ofEpochMilli(appendMs + HOUR_MS))) {
      throw new InvalidEventException("timestamp_out_of_range");
    }
    return time.getEpochSecond() * NANOS + time.getNano();
  }

  /** The type without {@code ai.aragora.} and version. */
  public String type() {
    return type(json);
  }

  /** The type of a tree without {@code ai.aragora.} and version. */
  public static String type(JsonNode json) {
    String type = json.path("type").asText();
    return type.startsWith(TYPE_PREFIX) && type.endsWith(TYPE_VERSION)
        ? type.substring(TYPE_PREFIX.length(), type.length() - TYPE_VERSION.length())
        : type;
  }

  String id() {
    return json.path("id").asText();
  }

  String source() {
    return json.path("source").asText();
  }

  String instance() {
    return source().substring(source().lastIndexOf('/') + 1);
  }

  boolean isNumbered() {
    return json.hasNonNull("epoch") && json.hasNonNull("seq");
  }

  String epoch() {
    return isNumbered() ? json.path("epoch").asText() : "";
  }

  long seq() {
    return isNumbered() ? json.path("seq").asLong() : 0;
  }

  JsonNode data() {
    return json.path("data");
  }

  /** A field of the data, empty if it is absent. */
  String text(String field) {
    return data().hasNonNull(field) ? data().path(field).asText() : "";
  }

  boolean has(String field) {
    return data().hasNonNull(field);
  }

  long number(String field) {
    return data().path(field).asLong();
  }

  /** Nanoseconds of a field in seconds. */
  long nanos(String field) {
    return data().path(field).decimalValue().movePointRight(9).longValueExact();
  }

  /** The endpoint without its query, with {@code {id}} for each segment that is an id. */
  String endpoint() {
    return Arrays.stream(text("endpoint").split("[?#]", 2)[0].split("/", -1))
        .map(segment -> ID_SEGMENT.matcher(segment).matches() ? "{id}" : segment)
        .collect(Collectors.joining("/"));
  }
}
