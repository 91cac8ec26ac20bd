package org.aragora.telemetry.testbed.oracle.record;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The fields of every type and their bounds. */
final class FieldRules {
  private static final String PREFIX = "ai.aragora.";
  private static final int NAME = 1024;
  private static final int ENDPOINT = 4096;
  private static final int MEMBERS = 1000;
  private static final int ELEMENTS = 10_000;
  private static final String PROCESSOR = "/aragora/telemetry";
  private static final String PROPOSED = "timeout:";
  private static final BigDecimal LONGEST = BigDecimal.valueOf(1_000_000_000);

  /** {@code topic field:kind field?:kind}, by type. */
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          entry(
              "debate.started",
              "debates debate_id:id agents:names domain?:name task?:text planned_rounds?:count"
                  + " timeout_seconds?:seconds"),
          entry(
              "debate.round_completed",
              "debates debate_id:id round:count duration_seconds:seconds"),
          entry(
              "debate.completed",
              "debates debate_id:id outcome:consensus|no_consensus|timeout|error|cancelled"
                  + " duration_seconds:seconds rounds?:count confidence?:number domain?:name"
                  + " error?:text"),
          entry(
              "elo.updated",
              "debates agent:id rating:number previous_rating?:number debate_id?:id domain?:name"),
          entry(
              "request.completed",
              "requests request_id:id method:id endpoint:endpoint status:status"
                  + " duration_seconds:seconds user_id?:name"),
          entry("websocket.opened", "requests connection_id:id connections:connections"),
          entry("websocket.closed", "requests connection_id:id connections:connections"),
          entry(
              "agent.call_completed",
              "agent-calls call_id:id agent:id status:success|error|timeout"
                  + " duration_seconds:seconds operation?:name model?:name provider?:name"
                  + " input_tokens?:count output_tokens?:count error_type?:name debate_id?:id"
                  + " round?:count"),
          entry(
              "instance.heartbeat",
              "instances instance_id:id websocket_connections:connections"
                  + " interval_seconds:interval emitted:counts dropped:counts"),
          entry("instance.stopped", "instances instance_id:id"),
          entry(
              "log.emitted",
              "logs level:DEBUG|INFO|WARNING|ERROR|CRITICAL logger:name message:text"
                  + " module?:name function?:name line?:count request_id?:id user_id?:name"
                  + " debate_id?:id fields?:object"));

  private static final List<String> ATTRIBUTES =
      List.of(
          "source:id",
          "time?:text",
          "traceparent?:text",
          "parentspanid?:text",
          "epoch?:name",
          "seq?:seq",
          "data:object");

  private FieldRules() {}

  /** Topic of a type without prefix, null for a type that is not listed. */
  static @Nullable String topic(JsonNode type) {
    List<String> rules = rules(type);
    return rules == null ? null : rules.get(0);
  }

  private static @Nullable List<String> rules(JsonNode type) {
    String name = type.isTextual() ? type.asText() : "";
    String rules =
        name.startsWith(PREFIX) && name.endsWith(".v1")
            ? TYPES.get(name.substring(PREFIX.length(), name.length() - ".v1".length()))
            : null;
    return rules == null ? null : List.of(rules.split(" "));
  }

  /** Returns true if every attribute and field of a listed type is there and within its bounds. */
  static boolean areKept(JsonNode event) {
    List<String> fields = rules(event.path("type"));
    return fields != null
        && event.path("specversion").isTextual()
        && event.path("specversion").asText().equals("1.0")
        && isNarrow(event)
        && ATTRIBUTES.stream().allMatch(rule -> isKept(event, rule))
        && fields.stream().skip(1).allMatch(rule -> isKept(event.path("data"), rule))
        && (event.path("source").asText().equals(PROCESSOR)
            ? isProposal(event)
            : isText(event.path("id"), 1, NAME));
  }

  /** The reserved source writes only the ends that it proposes. */
  private static boolean isProposal(JsonNode event) {
    JsonNode data = event.path("data");
    return isText(event.path("id"), 1, PROPOSED.length() + 2 * NAME + 1)
        && event.path("id").asText().startsWith(PROPOSED + data.path("debate_id").asText() + ":")
        && event.path("type").asText().equals(PREFIX + "debate.completed.v1")
        && event.path("time").isTextual()
        && !event.hasNonNull("epoch")
        && !event.hasNonNull("seq")
        && data.path("outcome").asText().equals("timeout")
        && !data.hasNonNull("rounds")
        && !data.hasNonNull("confidence")
        && !data.hasNonNull("error");
  }

  private static boolean isNarrow(JsonNode node) {
    return node.size() <= (node.isArray() ? ELEMENTS : MEMBERS)
        && StreamSupport.stream(node.spliterator(), false).allMatch(FieldRules::isNarrow);
  }

  private static boolean isKept(JsonNode object, String rule) {
    String[] nameAndKind = rule.split(":", 2);
    boolean optional = nameAndKind[0].endsWith("?");
    String name = nameAndKind[0].replace("?", "");
    JsonNode value = object.path(name);
    return value.isMissingNode() || value.isNull() ? optional : is(value, nameAndKind[1]);
  }

  private static boolean is(JsonNode value, String kind) {
    return switch (kind) {
      case "id" -> isText(value, 1, NAME);
      case "name" -> isText(value, 0, NAME);
      case "endpoint" -> isText(value, 1, ENDPOINT);
      case "text" -> value.isTextual();
      case "names" -> value.isArray() && all(value, name -> isText(name, 0, NAME));
      case "object" -> value.isObject();
      case "counts" ->
          value.isObject()
              && all(value, count -> is(count, "count"))
              && value.properties().stream().allMatch(entry -> characters(entry.getKey()) <= NAME);
      case "count" -> isInteger(value, 0, Long.MAX_VALUE);
      case "connections" -> isInteger(value, 0, 10_000_000);
      case "status" -> isInteger(value, 100, 599);
      case "seq" -> isInteger(value, 1, 1_000_000_000_000L);
      case "seconds" -> isWithin(value, BigDecimal.ZERO, LONGEST);
      case "interval" -> isWithin(value, BigDecimal.ONE, BigDecimal.valueOf(3600));
      case "number" -> value.isNumber() && Double.isFinite(value.doubleValue());
      default -> value.isTextual() && Arrays.asList(kind.split("\\|")).contains(value.asText());
    };
  }

  private static boolean all(JsonNode values, java.util.function.Predicate<JsonNode> condition) {
    return StreamSupport.stream(values.spliterator(), false).allMatch(condition);
  }

  private static boolean isText(JsonNode value, int least, int most) {
    return value.isTextual()
        && characters(value.asText()) >= least
        && characters(value.asText()) <= most;
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  private static boolean isInteger(JsonNode value, long least, long most) {
    return isWithin(value, BigDecimal.valueOf(least), BigDecimal.valueOf(most))
        && value.decimalValue().stripTrailingZeros().scale() <= 0;
  }

  private static boolean isWithin(JsonNode value, BigDecimal least, BigDecimal most) {
    return value.isNumber()
        && value.decimalValue().compareTo(least) >= 0
        && value.decimalValue().compareTo(most) <= 0;
  }
}
