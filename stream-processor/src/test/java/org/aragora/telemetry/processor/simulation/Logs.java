package org.aragora.telemetry.processor.simulation;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * The input partitions of one try, and what appends to them at random: several producers with
 * redeliveries, gaps, disorder, late events, contradictory ends, fast clocks and garbage.
 */
final class Logs {
  /** {@code reason}: of its dead letter, null if it is a valid event. */
  record Entry(long offset, long appendMs, byte[] key, byte[] value, String reason) {}

  /** An event before it is written; durations in nanoseconds. */
  private record Draft(
      String kind,
      String id,
      String source,
      Long timeNanos,
      String epoch,
      long seq,
      Map<String, Object> data) {}

  private static final String[] ENDPOINTS = {
    "/api/v1/debates",
    "/api/v1/debates/adhoc_1a2b3c4d?full=1",
    "/api/v1/debates/adhoc_99999999/export",
    "/api/v1/users/42",
    "/health"
  };
  private static final long[] NANOS = {
    0, 1, 10_000_000, 10_000_001, 500_000_000, 1_000_000_000, 2_499_999_999L, 1_900_000_000_000L
  };

  final Map<InputPartition, List<Entry>> entries = new TreeMap<>();
  final Random random;
  long nowMs = Instant.parse("2026-03-01T10:00:00Z").toEpochMilli();
  private final Map<InputTopic, Integer> partitions;
  private final Map<InputPartition, Long> nextOffsets = new HashMap<>();
  private final Map<String, Long> seqs = new HashMap<>();
  private final Map<String, List<Long>> skipped = new HashMap<>();
  private final List<String> debates = new ArrayList<>();
  private int made;
  private int life;

  Logs(Random random) {
    this.random = random;
    Map<InputTopic, Integer> counts = new HashMap<>();
    for (InputTopic topic : InputTopic.values()) {
      counts.put(topic, 1 + random.nextInt(2));
      for (int i = 0; i < counts.get(topic); i++) {
        entries.put(new InputPartition(topic, i), new ArrayList<>());
      }
    }
    partitions = Map.copyOf(counts);
  }

  /** Time since the append time of a partition, zero if that lies ahead or is unknown. */
  long idleMs(InputPartition partition) {
    return entries.get(partition).stream().mapToLong(Entry::appendMs).max().stream()
        .map(last -> Math.max(0, nowMs - last))
        .sum();
  }

  Map<InputTopic, Integer> partitions() {
    return partitions;
  }

  /** Time passes: mostly little, now and then so much that something is forgotten. */
  void passTime() {
    int dice = random.nextInt(100);
    if (dice < 70) {
      nowMs += random.nextInt(3_000);
    } else if (dice < 92) {
      nowMs += random.nextInt(90_000);
    } else if (dice < 97) {
      nowMs += random.nextInt(1_200_000);
    } else if (dice == 97) {
      nowMs += 604_700_000 + random.nextInt(200_000); // seven days, more or less
    } else {
      nowMs += (dice == 98 ? 25 : 8 * 24) * 3_600_000L;
    }
    if (dice >= 97) {
      life++; // the runs of before are over
    }
  }

  void appendSome() {
    InputTopic topic = InputTopic.values()[random.nextInt(InputTopic.values().length)];
    InputPartition partition = new InputPartition(topic, random.nextInt(partitions.get(topic)));
    int dice = random.nextInt(100);
    List<Entry> log = entries.get(partition);
    if (dice < 8 && !log.isEmpty()) {
      redeliver(partition, log.get(Math.max(0, log.size() - 1 - random.nextInt(10))));
    } else if (dice < 16) {
      appendBad(partition);
    } else {
      appendEvent(topic, partition);
    }
  }

  private void redeliver(InputPartition partition, Entry entry) {
    // What instances report as running totals is not sent again after its run was forgotten; and
    // what was too far in the future may be right by now.
    if ((partition.topic() != InputTopic.INSTANCES || nowMs - entry.appendMs() < 86_400_000)
        && !"timestamp_out_of_range".equals(entry.reason())) {
      append(partition, entry.key(), entry.value(), entry.reason());
    }
  }

  void append(InputPartition partition, byte[] key, byte[] value, String reason) {
    long offset =
        nextOffsets.merge(partition, random.nextInt(10) == 0 ? 3L : 1L, Long::sum); // markers
    entries.get(partition).add(new Entry(offset, nowMs, key, value, reason));
  }

  private void appendBad(InputPartition partition) {
    String here = typeOn(partition.topic());
    switch (random.nextInt(8)) {
      case 0 -> append(partition, bytes("k"), null, "null_value");
      case 1 -> {
        byte[] garbage = new byte[random.nextInt(60)];
        random.nextBytes(garbage);
        append(partition, null, garbage, "undecodable");
      }
      case 2 -> append(partition, null, bytes("[1]"), "undecodable");
      case 3 -> append(partition, null, bytes("{\"type\":\"x\"}"), "unknown_type");
      case 4 ->
          append(
              partition,
              null,
              bytes(
                  "{\"type\":\"%s\"}"
                      .formatted(
                          partition.topic() == InputTopic.LOGS
                              ? "ai.aragora.elo.updated.v1"
                              : "ai.aragora.log.emitted.v1")),
              "wrong_topic");
      case 5 ->
          append(
              partition,
              null,
              bytes(
                  "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/a\",\"type\":\""
                      + here
                      + "\"}"),
              "invalid_field");
      case 6 ->
          append(
              partition,
              null,
              bytes(
                  "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"/a\",\"type\":\"%s\",\"data\":{}}"
                      .formatted(here)),
              "invalid_field");
      default -> {
        Draft event = event(partition.topic(), partition);
        long far = random.nextBoolean() ? 3_600_001 : -(nowMs - 1_577_836_799_999L);
        Draft draft = at(event, (nowMs + far) * 1_000_000);
        append(partition, null, bytes(json(draft)), "timestamp_out_of_range");
      }
    }
  }

  private void appendEvent(InputTopic topic, InputPartition partition) {
    Draft draft = number(event(topic, partition), partition);
    byte[] key =
        switch (random.nextInt(20)) {
          case 0 -> null;
          case 1 -> bytes("foreign");
          default -> bytes(draft.data().getOrDefault("debate_id", draft.source()).toString());
        };
    append(partition, key, bytes(json(draft)), null);
  }

  private static String typeOn(InputTopic topic) {
    return switch (topic) {
      case DEBATES -> "ai.aragora.elo.updated.v1";
      case REQUESTS -> "ai.aragora.request.completed.v1";
      case AGENT_CALLS -> "ai.aragora.agent.call_completed.v1";
      case INSTANCES -> "ai.aragora.instance.stopped.v1";
      case LOGS -> "ai.aragora.log.emitted.v1";
    };
  }

  private Draft event(InputTopic topic, InputPartition partition) {
    Map<String, Object> data = new LinkedHashMap<>();
    String source =
        "/aragora/instances/" + (random.nextBoolean() ? "i" : "p0-i") + random.nextInt(2);
    String kind =
        switch (topic) {
          case DEBATES -> debate(data, partition);
          case REQUESTS -> request(data);
          case AGENT_CALLS -> call(data);
          case INSTANCES -> {
            // An instance keeps to one partition, by its key.
            source = "/aragora/instances/p" + partition.partition() + "-i" + random.nextInt(2);
            data.put("instance_id", source.substring(source.lastIndexOf('/') + 1));
            yield random.nextInt(6) == 0 ? "instance.stopped" : heartbeat(data);
          }
          case LOGS -> {
            data.put("level", pick("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"));
            data.put("logger", "l");
            data.put("message", pick("", "größe", "a \\\" b"));
            yield "log.emitted";
          }
        };
    return new Draft(kind, "e" + made++, source, time(kind), null, 0, data);
  }

  private Long time(String kind) {
    long nanos = nowMs * 1_000_000 - random.nextInt(2_000_000_000);
    return switch (random.nextInt(24)) {
      case 0 -> null;
      case 1, 2 -> nanos - random.nextInt(1_500) * 1_000_000_000L; // late
      case 3 -> (nowMs + random.nextInt(60_000)) * 1_000_000; // a fast clock, tolerated
      case 4 -> nowMs * 1_000_000 + 60_000_000_000L + random.nextInt(2); // on the edge of it
      case 5 -> (nowMs + 60_001 + random.nextInt(3_500_000)) * 1_000_000; // too fast
      default -> nanos;
    };
  }

  private String debate(Map<String, Object> data, InputPartition partition) {
    if (debates.isEmpty() || random.nextInt(3) == 0) {
      debates.add("adhoc_%08x".formatted(random.nextInt(1_000_000)));
    }
    String debate = debates.get(Math.max(0, debates.size() - 1 - random.nextInt(6)));
    switch (random.nextInt(9)) {
      case 0, 1, 2 -> {
        data.put("debate_id", debate);
        data.put("agents", List.of("claude", "gpt"));
        optional(data, "domain", pick("", "security", "legal", "health"));
        if (random.nextBoolean()) {
          data.put("timeout", (random.nextInt(900) + 1) * 1_000_000_000L);
        }
        return "debate.started";
      }
      case 3 -> {
        data.put("debate_id", debate);
        data.put("round", 1L);
        data.put("duration", nanos());
        return "debate.round_completed";
      }
      case 4 -> {
        data.put("agent", pick("claude", "gpt", "gemini", "grok", "other"));
        data.put("rating", 1400 + random.nextInt(400) / 2.0);
        return "elo.updated";
      }
      default -> {
        data.put("debate_id", debate);
        data.put("outcome", pick("consensus", "no_consensus", "timeout", "error", "cancelled"));
        data.put("duration", nanos());
        if (random.nextBoolean()) {
          data.put("rounds", (long) random.nextInt(25));
        }
        optional(data, "domain", pick("", "security", "legal", "finance"));
        return "debate.completed";
      }
    }
  }

  private String request(Map<String, Object> data) {
    if (random.nextInt(4) == 0) {
      data.put("connection_id", "c");
      data.put("connections", (long) random.nextInt(50));
      return random.nextBoolean() ? "websocket.opened" : "websocket.closed";
    }
    data.put("request_id", "r");
    data.put("method", pick("GET", "POST", "PUT"));
    data.put("endpoint", pick(ENDPOINTS));
    data.put("status", (long) Integer.parseInt(pick("200", "404", "500", "503", "101", "301")));
    data.put("duration", nanos());
    return "request.completed";
  }

  private String call(Map<String, Object> data) {
    data.put("call_id", "c");
    data.put("agent", pick("claude", "gpt", "gemini", "grok", "other"));
    data.put("status", pick("success", "error", "timeout"));
    data.put("duration", nanos());
    if (random.nextBoolean()) {
      data.put("input_tokens", random.nextInt(4) == 0 ? 0L : random.nextLong() >>> 10);
    }
    if (random.nextBoolean()) {
      data.put("output_tokens", (long) random.nextInt(10_000));
    }
    return "agent.call_completed";
  }

  private String heartbeat(Map<String, Object> data) {
    data.put("websocket_connections", (long) random.nextInt(50));
    data.put("interval", (5 + random.nextInt(30)) * 1_000_000_000L);
    if (random.nextBoolean()) {
      data.put("aragora.requests", (long) random.nextInt(20));
      data.put("aragora.logs", (long) random.nextInt(20));
    }
    return "instance.heartbeat";
  }

  private void optional(Map<String, Object> data, String name, String value) {
    if (random.nextBoolean()) {
      data.put(name, value);
    }
  }

  private long nanos() {
    return random.nextInt(3) == 0
        ? NANOS[random.nextInt(NANOS.length)]
        : (long) (random.nextDouble() * Math.pow(10, 7 + random.nextInt(6)));
  }

  private String pick(String... values) {
    return values[random.nextInt(values.length)];
  }

  /**
   * Gives most events a number: the next, one that was left out, one beyond a gap, or one twice.
   */
  private Draft number(Draft draft, InputPartition partition) {
    boolean always = draft.kind().equals("instance.heartbeat");
    if (!always && random.nextInt(6) == 0) {
      return draft;
    }
    String epoch = "run" + life + (random.nextInt(3) == 0 ? "b" : "a");
    String run = draft.source() + epoch + partition;
    List<Long> left = skipped.computeIfAbsent(run, k -> new ArrayList<>());
    long seq;
    int dice = random.nextInt(20);
    if (dice < 3 && !left.isEmpty()) {
      seq = left.remove(random.nextInt(left.size()));
    } else if (dice == 3 && seqs.containsKey(run)) {
      seq = 1 + random.nextInt(seqs.get(run).intValue()); // another event under an old number
    } else {
      seq = seqs.getOrDefault(run, 0L) + 1;
      for (int skip = dice < 7 ? random.nextInt(4) : 0; skip > 0; skip--) {
        left.add(seq++);
      }
      seqs.put(run, seq);
    }
    return new Draft(
        draft.kind(), draft.id(), draft.source(), draft.timeNanos(), epoch, seq, draft.data());
  }

  private static Draft at(Draft draft, long nanos) {
    return new Draft(
        draft.kind(), draft.id(), draft.source(), nanos, draft.epoch(), draft.seq(), draft.data());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String json(Draft draft) {
    Map<String, String> json = new LinkedHashMap<>();
    json.put("specversion", "\"1.0\"");
    json.put("id", quoted(draft.id()));
    json.put("source", quoted(draft.source()));
    json.put("type", quoted("ai.aragora." + draft.kind() + ".v1"));
    if (draft.timeNanos() != null) {
      long nanos = draft.timeNanos();
      json.put(
          "time",
          quoted(
              Instant.ofEpochSecond(
                      Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L))
                  .toString()));
    }
    String trace = traceparent(draft);
    if (trace != null) {
      json.put("traceparent", quoted(trace));
    }
    if (draft.epoch() != null) {
      json.put("epoch", quoted(draft.epoch()));
      json.put("seq", String.valueOf(draft.seq()));
    }
    json.put("data", data(draft));
    return object(json);
  }

  /** By the event's id: mostly none, else sampled, not sampled, or none that is valid. */
  private static String traceparent(Draft draft) {
    Random random = new Random(draft.id().hashCode());
    String trace = "%016x%016x".formatted(random.nextLong(), 1 + random.nextInt(5));
    String span = "%016x".formatted(random.nextLong());
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> "00-%s-%s-01".formatted(trace, span);
      case 3 -> "00-%s-%s-00".formatted(trace, span);
      case 4 -> "01-%s-%s-03-more".formatted(trace, span);
      case 5 ->
          switch (random.nextInt(5)) {
            case 0 -> "00-%s-0000000000000000-01".formatted(trace);
            case 1 -> "00-00000000000000000000000000000000-%s-01".formatted(span);
            case 2 -> "ff-%s-%s-01".formatted(trace, span);
            case 3 -> "00-%s-%s-01-more".formatted(trace, span);
            default -> "01";
          };
      default -> null;
    };
  }

  private static String data(Draft draft) {
    Map<String, String> json = new LinkedHashMap<>();
    Map<String, String> dropped = new LinkedHashMap<>();
    draft
        .data()
        .forEach(
            (name, value) -> {
              switch (name) {
                case "duration", "timeout", "interval" ->
                    json.put(
                        name + "_seconds", BigDecimal.valueOf((Long) value, 9).toPlainString());
                case "agents" -> json.put(name, "[\"claude\",\"gpt\"]");
                default -> {
                  if (name.startsWith("aragora.")) {
                    dropped.put(name, value.toString());
                  } else {
                    json.put(name, value instanceof String ? quoted(value) : value.toString());
                  }
                }
              }
            });
    if (draft.kind().equals("instance.heartbeat")) {
      json.put("emitted", "{}");
      json.put("dropped", object(dropped));
    }
    return object(json);
  }

  private static String object(Map<String, String> members) {
    StringBuilder json = new StringBuilder("{");
    members.forEach(
        (name, value) ->
            json.append(json.length() == 1 ? "" : ",")
                .append(quoted(name))
                .append(":")
                .append(value));
    return json.append("}").toString();
  }

  private static String quoted(Object text) {
    return "\"" + text + "\"";
  }

  private static final Pattern PROPOSAL =
      Pattern.compile(
          "\\{\"specversion\":\"1.0\",\"id\":\"(timeout:[^\"]*)\",\"source\":\"/aragora/telemetry\","
              + "\"type\":\"ai.aragora.debate.completed.v1\",\"time\":\"([^\"]*)\","
              + "(?:\"traceparent\":\"[^\"]*\",)?\"data\":\\{"
              + "\"debate_id\":\"([^\"]*)\",\"outcome\":\"timeout\",\"duration_seconds\":([0-9.]+)"
              + "(?:,\"domain\":\"([^\"]*)\")?\\}\\}");

  /**
   * Compares a proposed end with the contract.
   *
   * @return null, as every proposal is a valid event
   */
  static String proposal(byte[] value) {
    String text = new String(value, StandardCharsets.UTF_8);
    if (!PROPOSAL.matcher(text).matches()) {
      throw new AssertionError("not a proposed end of the contract: " + text);
    }
    return null;
  }
}
