package org.aragora.telemetry.testbed.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.aragora.telemetry.testbed.oracle.record.EventReader;
import org.aragora.telemetry.testbed.oracle.record.InputRecord;
import org.aragora.telemetry.testbed.oracle.record.InvalidEventException;
import org.jspecify.annotations.Nullable;

/**
 * A valid event as a plain tree.
 *
 * @param json the whole event
 * @param timeNanos its {@code time} in nanoseconds since 1970, null if it has none
 */
public record OracleEvent(JsonNode json, @Nullable Long timeNanos) {
  private static final long NANOS = 1_000_000_000L;
  private static final int NANO_DIGITS = 9;
  private static final String TYPE_PREFIX = "ai.aragora.";
  private static final String TYPE_VERSION = ".v1";
  private static final Pattern ID_SEGMENT =
      Pattern.compile(
          "[0-9]+|(adhoc|playground)_[0-9a-f]{8,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  /** Version 00, or a later one that may append fields. */
  private static final Pattern TRACEPARENT =
      Pattern.compile(
          "(?s)(?=.{55,1024}$)(?!ff)(?!00.{54})[0-9a-f]{2}-(?<trace>(?!0{32})[0-9a-f]{32})"
              + "-(?<span>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(-.*)?");

  private static final int HEX = 16;

  /** Parses a record in structured mode; a missing node if it is not one JSON object. */
  public static JsonNode tree(byte @Nullable [] value) {
    return EventReader.tree(value);
  }

  /**
   * Reads a record.
   *
   * @param topic name without prefix
   */
  static OracleEvent read(String topic, InputRecord record) throws InvalidEventException {
    JsonNode event = EventReader.read(topic, record);
    Instant time = EventReader.time(event);
    return new OracleEvent(
        event, time == null ? null : time.getEpochSecond() * NANOS + time.getNano());
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

  /** The last segment of the source that is not empty, else the source itself. */
  String instance() {
    return Arrays.stream(source().split("/"))
        .reduce((before, segment) -> segment.isEmpty() ? before : segment)
        .filter(segment -> !segment.isEmpty())
        .orElse(source());
  }

  boolean isNumbered() {
    return json.hasNonNull("seq") && !json.path("epoch").asText("").isEmpty();
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

  /** Trace id and span id of a sampled trace, with a space between; null if there is none. */
  @Nullable String sampledTrace() {
    Matcher trace = TRACEPARENT.matcher(json.path("traceparent").asText());
    return trace.matches() && Integer.parseInt(trace.group("flags"), HEX) % 2 == 1
        ? trace.group("trace") + " " + trace.group("span")
        : null;
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
    return data()
        .path(field)
        .decimalValue()
        .setScale(NANO_DIGITS, RoundingMode.HALF_EVEN)
        .unscaledValue()
        .longValueExact();
  }

  /**
   * The endpoint without its query, with {@code {id}} for each segment that is an id; {@code /} if
   * nothing is left.
   */
  String endpoint() {
    String template =
        Arrays.stream(text("endpoint").split("[?#]", 2)[0].split("/", -1))
            .map(segment -> ID_SEGMENT.matcher(segment).matches() ? "{id}" : segment)
            .collect(Collectors.joining("/"));
    return template.isEmpty() ? "/" : template;
  }
}
