package org.aragora.telemetry.processor.model;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What one input partition must count, written from the contract alone with simple maps: no class
 * of the program is used here. Slow and plain on purpose.
 */
final class Model {
  static final Map<String, List<String>> BOUNDS =
      Map.of(
          "aragora_request_duration_seconds",
          List.of("0.01", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"),
          "aragora_debate_duration_seconds",
          List.of("1", "5", "10", "30", "60", "120", "300", "600", "1200", "1800"),
          "aragora_agent_latency_seconds",
          List.of("0.1", "0.5", "1", "2.5", "5", "10", "30", "60", "120"),
          "aragora_debate_rounds",
          List.of("1", "2", "3", "4", "5", "7", "10", "15", "20"));

  /** Label names of the metrics that have some; those in capitals may become 'other'. */
  private static final Map<String, String> LABELS =
      Map.ofEntries(
          Map.entry("aragora_requests_total", "METHOD ENDPOINT status"),
          Map.entry("aragora_request_duration_seconds", "METHOD ENDPOINT"),
          Map.entry("aragora_agent_calls_total", "AGENT status"),
          Map.entry("aragora_debate_duration_seconds", "status outcome DOMAIN"),
          Map.entry("aragora_consensus_reached_total", "DOMAIN"),
          Map.entry("aragora_debates_completed_total", "status outcome DOMAIN"),
          Map.entry("aragora_debates_started_total", "DOMAIN"),
          Map.entry("aragora_debate_rounds", "outcome"),
          Map.entry("aragora_agent_latency_seconds", "AGENT"),
          Map.entry("aragora_agent_tokens_total", "AGENT direction"),
          Map.entry("aragora_agent_elo_rating", "AGENT"),
          Map.entry("aragora_log_events_total", "level"),
          Map.entry("aragora_instance_requests_total", "INSTANCE_ID class"),
          Map.entry("aragora_instance_up", "INSTANCE_ID"));

  static final long MINUTE = 60_000_000_000L;
  private static final long DAY_MS = 86_400_000L;

  /** A counter or gauge, or with buckets a histogram. */
  static final class Value {
    BigInteger sum = BigInteger.ZERO;
    long[] buckets;

    void add(String metric, long amount) {
      sum = sum.add(BigInteger.valueOf(amount));
      List<String> bounds = BOUNDS.get(metric);
      if (bounds != null) {
        buckets = buckets == null ? new long[bounds.size() + 1] : buckets;
        BigDecimal value = BigDecimal.valueOf(amount, metric.endsWith("_rounds") ? 0 : 9);
        int bucket = 0;
        while (bucket < bounds.size() && value.compareTo(new BigDecimal(bounds.get(bucket))) > 0) {
          bucket++;
        }
        buckets[bucket]++;
      }
    }

    @Override
    public String toString() {
      return buckets == null ? sum.toString() : List.of(list(buckets), sum).toString();
    }

    private static List<Long> list(long[] values) {
      List<Long> list = new ArrayList<>();
      for (long value : values) {
        list.add(value);
      }
      return list;
    }
  }

  /** The place of an event among all. */
  record Order(long time, String source, String epoch, long seq, String id)
      implements Comparable<Order> {
    @Override
    public int compareTo(Order other) {
      return Comparator.comparingLong(Order::time)
          .thenComparing(Order::source)
          .thenComparing(Order::epoch)
          .thenComparingLong(Order::seq)
          .thenComparing(Order::id)
          .compare(this, other);
    }
  }

  record Latest(Order order, double value) {
    static Latest max(Latest a, Latest b) {
      if (a == null || b == null) {
        return a == null ? b : a;
      }
      int compared = a.order.compareTo(b.order);
      return compared != 0 ? (compared > 0 ? a : b) : a.value >= b.value ? a : b;
    }
  }

  static final class Instance {
    Latest heartbeat;
    Latest stop;
    Latest websocket;
    long liveUntilMs = Long.MIN_VALUE;
  }

  private static final class Run {
    final Set<Long> counted = new HashSet<>();
    long highest;
    long lastMs;
  }

  private final int seriesLimit;
  private final long graceNanos;
  private final long skewNanos;

  long read;
  long counted;
  long duplicate;
  long late;
  long skewed;
  long nextOffset;
  Long partitionTime;
  Long appendMs;
  final Map<String, Long> deadLetters = new TreeMap<>();
  private final Map<String, Run> runs = new HashMap<>();
  private final Map<String, Fact> open = new HashMap<>();
  private final Map<String, Long> endedMs = new HashMap<>();

  /** By {@code metric|label|label}. */
  final Map<String, Value> totals = new TreeMap<>();

  /** By {@code metric|label|label@minute}. */
  final Map<String, Value> windows = new TreeMap<>();

  final Map<String, Latest> ratings = new TreeMap<>();
  final Map<String, Instance> instances = new TreeMap<>();
  final Map<String, TreeMap<Long, long[]>> ratios = new TreeMap<>();
  final Map<String, Map<String, Long>> dropped = new TreeMap<>();
  private final Map<String, Set<String>> admitted = new HashMap<>();
  private final Map<String, Set<String>> seen = new HashMap<>();

  private long timeNanos;
  private boolean windowOpen;
  private Order order;

  Model(int seriesLimit, long graceNanos, long skewNanos) {
    this.seriesLimit = seriesLimit;
    this.graceNanos = graceNanos;
    this.skewNanos = skewNanos;
  }

  BigInteger missing() {
    BigInteger missing = BigInteger.ZERO;
    for (Run run : runs.values()) {
      missing = missing.add(BigInteger.valueOf(run.highest - run.counted.size()));
    }
    return missing;
  }

  int openDebates() {
    return open.size();
  }

  void apply(long offset, long recordMs, Fact fact) {
    read++;
    nextOffset = offset + 1;
    appendMs = appendMs == null ? recordMs : Long.valueOf(Math.max(appendMs, recordMs));
    runs.values().removeIf(run -> run.lastMs + 7 * DAY_MS < appendMs);
    endedMs.values().removeIf(ms -> ms + DAY_MS < appendMs);
    if (fact.reason() != null) {
      deadLetters.merge(fact.reason(), 1L, Long::sum);
      return;
    }
    if (fact.epoch() != null) {
      Run run = runs.computeIfAbsent(fact.source() + "#" + fact.epoch(), k -> new Run());
      run.lastMs = appendMs;
      if (!run.counted.add(fact.seq())) {
        duplicate++;
        return;
      }
      run.highest = Math.max(run.highest, fact.seq());
    }
    counted++;
    long appendNanos = recordMs * 1_000_000;
    timeNanos = fact.timeNanos() == null ? appendNanos : fact.timeNanos();
    if (timeNanos > appendNanos + skewNanos) {
      timeNanos = appendNanos;
      skewed++;
    }
    if (partitionTime != null && timeNanos < partitionTime - graceNanos) {
      late++;
    }
    partitionTime =
        partitionTime == null ? timeNanos : Long.valueOf(Math.max(partitionTime, timeNanos));
    windowOpen = partitionTime < (minute() + 1) * MINUTE + graceNanos;
    order =
        new Order(
            timeNanos,
            fact.source(),
            fact.epoch() == null ? "" : fact.epoch(),
            fact.seq(),
            fact.id());
    count(fact, recordMs);
  }

  private long minute() {
    return Math.floorDiv(timeNanos, MINUTE);
  }

  private void count(Fact fact, long recordMs) {
    switch (fact.kind()) {
      case "request.completed" -> {
        long status = fact.number("status");
        String method = fact.text("method");
        String endpoint = fact.text("endpoint");
        add("aragora_requests_total", 1, method, endpoint, String.valueOf(status));
        add("aragora_request_duration_seconds", fact.number("duration"), method, endpoint);
        add("aragora_instance_requests_total", 1, fact.instance(), status / 100 + "xx");
        ratio("aragora_request_error_rate", status >= 500);
      }
      case "debate.started" -> {
        String debate = fact.text("debate_id");
        if (!open.containsKey(debate) && !endedMs.containsKey(debate)) {
          open.put(debate, fact);
          add("aragora_active_debates", 1);
          add("aragora_debates_started_total", 1, domain(fact, null));
        }
      }
      case "debate.completed" -> {
        if (!endedMs.containsKey(fact.text("debate_id"))) {
          endedMs.put(fact.text("debate_id"), appendMs);
          end(fact, open.remove(fact.text("debate_id")));
        }
      }
      case "elo.updated" -> {
        add("aragora_elo_updates_total", 1);
        String series = resolve("aragora_agent_elo_rating", fact.text("agent"));
        ratings.merge(series, new Latest(order, (Double) fact.data().get("rating")), Latest::max);
      }
      case "agent.call_completed" -> {
        String agent = fact.text("agent");
        add("aragora_agent_calls_total", 1, agent, fact.text("status"));
        add("aragora_agent_latency_seconds", fact.number("duration"), agent);
        if (fact.number("input_tokens") != null) {
          add("aragora_agent_tokens_total", fact.number("input_tokens"), agent, "input");
        }
        if (fact.number("output_tokens") != null) {
          add("aragora_agent_tokens_total", fact.number("output_tokens"), agent, "output");
        }
      }
      case "instance.heartbeat" -> {
        Instance instance = instance(fact);
        Latest now = new Latest(order, fact.number("websocket_connections"));
        instance.heartbeat = Latest.max(instance.heartbeat, now);
        if (instance.stop == null || order.compareTo(instance.stop.order()) > 0) {
          instance.liveUntilMs =
              Math.max(instance.liveUntilMs, recordMs + 3 * fact.number("interval") / 1_000_000);
        }
        instance.websocket = Latest.max(instance.websocket, now);
        fact.data()
            .forEach(
                (name, value) -> {
                  if (name.startsWith("aragora.")) {
                    dropped
                        .computeIfAbsent(name, k -> new HashMap<>())
                        .merge(fact.source() + "#" + fact.epoch(), (Long) value, Math::max);
                  }
                });
      }
      case "instance.stopped" -> {
        Instance instance = instance(fact);
        instance.stop = Latest.max(instance.stop, new Latest(order, 0));
      }
      case "websocket.opened", "websocket.closed" -> {
        Instance instance = instance(fact);
        instance.websocket =
            Latest.max(instance.websocket, new Latest(order, fact.number("connections")));
      }
      case "log.emitted" -> add("aragora_log_events_total", 1, fact.text("level"));
      default -> {
        // Rounds change nothing.
      }
    }
  }

  private void end(Fact end, Fact start) {
    String outcome = end.text("outcome");
    String status =
        switch (outcome) {
          case "consensus", "no_consensus" -> "completed";
          case "cancelled" -> "aborted";
          default -> outcome;
        };
    String domain = domain(end, start);
    add("aragora_active_debates", start == null ? 0 : -1);
    add("aragora_debates_completed_total", 1, status, outcome, domain);
    add("aragora_debate_duration_seconds", end.number("duration"), status, outcome, domain);
    add("aragora_consensus_reached_total", outcome.equals("consensus") ? 1 : 0, domain);
    add("aragora_debate_timeouts_total", outcome.equals("timeout") ? 1 : 0);
    if (end.number("rounds") != null) {
      add("aragora_debate_rounds", end.number("rounds"), outcome);
    }
    ratio("aragora_consensus_rate", outcome.equals("consensus"));
    ratio("aragora_debate_timeout_rate", outcome.equals("timeout"));
  }

  private static String domain(Fact first, Fact second) {
    for (Fact fact : new Fact[] {first, second}) {
      if (fact != null && fact.text("domain") != null && !fact.text("domain").isEmpty()) {
        return fact.text("domain");
      }
    }
    return "general";
  }

  private Instance instance(Fact fact) {
    String series = resolve("aragora_instance_up", fact.instance());
    return instances.computeIfAbsent(series, k -> new Instance());
  }

  private void ratio(String metric, boolean hit) {
    if (windowOpen) {
      long[] counts =
          ratios
              .computeIfAbsent(metric, k -> new TreeMap<>())
              .computeIfAbsent(minute(), k -> new long[2]);
      counts[0] += hit ? 1 : 0;
      counts[1]++;
    }
  }

  private void add(String metric, long amount, String... labels) {
    String series = resolve(metric, labels);
    totals.computeIfAbsent(series, k -> new Value()).add(metric, amount);
    if (windowOpen && !metric.equals("aragora_active_debates")) {
      windows.computeIfAbsent(series + "@" + minute(), k -> new Value()).add(metric, amount);
    }
  }

  /** The series that a change goes to: over the limit, new ones become 'other'. */
  private String resolve(String metric, String... labels) {
    String series = metric + "|" + String.join("|", labels);
    Set<String> known = seen.computeIfAbsent(metric, k -> new HashSet<>());
    if (known.contains(series)) {
      return series;
    }
    String folded = fold(metric, labels);
    Set<String> taken = admitted.computeIfAbsent(metric, k -> new HashSet<>());
    if (taken.size() >= seriesLimit && !folded.equals(series)) {
      totals
          .computeIfAbsent("aragora_telemetry_series_folded_total|" + metric, k -> new Value())
          .add("", 1);
      known.add(folded);
      return folded;
    }
    known.add(series);
    if (!folded.equals(series) || !LABELS.getOrDefault(metric, "").matches(".*[A-Z].*")) {
      taken.add(series);
    }
    return series;
  }

  private static String fold(String metric, String... labels) {
    if (labels.length == 0) {
      return metric + "|";
    }
    String[] names = LABELS.get(metric).split(" ");
    List<String> values = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      values.add(names[i].matches("[A-Z_]+") ? "other" : labels[i]);
    }
    return metric + "|" + String.join("|", values);
  }
}
