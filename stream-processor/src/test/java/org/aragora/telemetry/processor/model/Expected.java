package org.aragora.telemetry.processor.model;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** What {@code /metrics} must say, from the models of all partitions. */
final class Expected {
  private static final Map<String, String> RATIOS =
      Map.of(
          "aragora_request_error_rate", "requests",
          "aragora_consensus_rate", "debates",
          "aragora_debate_timeout_rate", "debates");
  private static final Map<String, List<String>> LABELS =
      Map.ofEntries(
          Map.entry("aragora_requests_total", List.of("method", "endpoint", "status")),
          Map.entry("aragora_request_duration_seconds", List.of("method", "endpoint")),
          Map.entry("aragora_agent_calls_total", List.of("agent", "status")),
          Map.entry("aragora_debate_duration_seconds", List.of("status", "outcome", "domain")),
          Map.entry("aragora_consensus_reached_total", List.of("domain")),
          Map.entry("aragora_debates_completed_total", List.of("status", "outcome", "domain")),
          Map.entry("aragora_debates_started_total", List.of("domain")),
          Map.entry("aragora_debate_rounds", List.of("outcome")),
          Map.entry("aragora_agent_latency_seconds", List.of("agent")),
          Map.entry("aragora_agent_tokens_total", List.of("agent", "direction")),
          Map.entry("aragora_agent_elo_rating", List.of("agent")),
          Map.entry("aragora_log_events_total", List.of("level")),
          Map.entry("aragora_instance_requests_total", List.of("instance_id", "class")),
          Map.entry("aragora_instance_up", List.of("instance_id")),
          Map.entry("aragora_telemetry_series_folded_total", List.of("metric")));

  private final Map<InputPartition, Model> models;
  private final long nowMs;
  private final Map<String, Double> samples = new TreeMap<>();

  private Expected(Map<InputPartition, Model> models, long nowMs) {
    this.models = models;
    this.nowMs = nowMs;
  }

  /** Everything is read to its end at {@code nowMs}. */
  static Map<String, Double> samples(Map<InputPartition, Model> models, long nowMs) {
    Expected expected = new Expected(models, nowMs);
    expected.totals();
    expected.ratings();
    expected.ratios();
    expected.instances();
    expected.ledger();
    return expected.samples;
  }

  private void totals() {
    Map<String, BigInteger> sums = new TreeMap<>();
    Map<String, long[]> buckets = new HashMap<>();
    for (Model model : models.values()) {
      model.totals.forEach(
          (series, value) -> {
            sums.merge(series, value.sum, BigInteger::add);
            if (value.buckets != null) {
              long[] all = buckets.computeIfAbsent(series, k -> new long[value.buckets.length]);
              for (int i = 0; i < all.length; i++) {
                all[i] += value.buckets[i];
              }
            }
          });
    }
    sums.forEach(
        (series, sum) -> {
          String key = key(series);
          if (buckets.containsKey(series)) {
            double count = 0;
            for (int i = 0; i < buckets.get(series).length; i++) {
              count += buckets.get(series)[i];
              put(key + "_bucket" + i, count);
            }
            int scale = series.startsWith("aragora_debate_rounds") ? 0 : 9;
            put(key + "_sum", new BigDecimal(sum, scale).doubleValue());
          } else {
            put(key, sum.doubleValue());
          }
        });
  }

  private void ratings() {
    Map<String, Model.Latest> latest = new TreeMap<>();
    models
        .values()
        .forEach(
            model ->
                model.ratings.forEach((s, value) -> latest.merge(s, value, Model.Latest::max)));
    latest.forEach((series, value) -> put(key(series), value.value()));
  }

  private void ratios() {
    RATIOS.forEach(
        (metric, topic) -> {
          Long highest = null;
          long lastAppendMs = 0;
          TreeMap<Long, long[]> minutes = new TreeMap<>();
          for (Map.Entry<InputPartition, Model> entry : models.entrySet()) {
            Model model = entry.getValue();
            if (!entry.getKey().topic().suffix().equals(topic) || model.appendMs == null) {
              continue;
            }
            lastAppendMs = Math.max(lastAppendMs, model.appendMs);
            if (model.partitionTime != null) {
              highest =
                  highest == null ? model.partitionTime : Math.max(highest, model.partitionTime);
            }
            model
                .ratios
                .getOrDefault(metric, new TreeMap<>())
                .forEach(
                    (minute, counts) -> {
                      long[] all = minutes.computeIfAbsent(minute, k -> new long[2]);
                      all[0] += counts[0];
                      all[1] += counts[1];
                    });
          }
          if (highest != null) {
            long now = Math.floorDiv(highest + (nowMs - lastAppendMs) * 1_000_000, Model.MINUTE);
            ratio(metric, "5m", minutes.subMap(now - 4, true, now, true));
            ratio(metric, "1h", minutes.subMap(now - 59, true, now, true));
          }
        });
  }

  private void ratio(String metric, String window, Map<Long, long[]> minutes) {
    long hits = minutes.values().stream().mapToLong(counts -> counts[0]).sum();
    long all = minutes.values().stream().mapToLong(counts -> counts[1]).sum();
    if (all > 0) {
      put(metric + "|window=" + window, (double) hits / all);
    }
  }

  private void instances() {
    double connections = 0;
    TreeSet<String> names = new TreeSet<>();
    models.values().forEach(model -> names.addAll(model.instances.keySet()));
    for (String name : names) {
      Model.Latest heartbeat = null;
      Model.Latest stop = null;
      Model.Latest websocket = null;
      long liveUntilMs = Long.MIN_VALUE;
      for (Model model : models.values()) {
        Model.Instance part = model.instances.get(name);
        if (part != null) {
          heartbeat = Model.Latest.max(heartbeat, part.heartbeat);
          stop = Model.Latest.max(stop, part.stop);
          websocket = Model.Latest.max(websocket, part.websocket);
          liveUntilMs = Math.max(liveUntilMs, part.liveUntilMs);
        }
      }
      boolean running =
          heartbeat != null && (stop == null || heartbeat.order().compareTo(stop.order()) > 0);
      if (running && nowMs < liveUntilMs) {
        connections += websocket.value();
        put(key(name), 1);
      }
    }
    put("aragora_websocket_connections|", connections);
  }

  private void ledger() {
    Map<String, Map<String, Long>> dropped = new HashMap<>();
    for (InputTopic topic : InputTopic.values()) {
      BigInteger missing = BigInteger.ZERO;
      Map<String, Double> sums = new HashMap<>();
      for (Map.Entry<InputPartition, Model> entry : models.entrySet()) {
        if (entry.getKey().topic() == topic) {
          Model model = entry.getValue();
          missing = missing.add(model.missing());
          String name = "aragora_telemetry_%s|%stopic=aragora." + topic.suffix();
          sum(sums, name.formatted("events_total", "outcome=counted|"), model.counted);
          sum(sums, name.formatted("events_total", "outcome=duplicate|"), model.duplicate);
          sum(
              sums,
              name.formatted("events_total", "outcome=dead_letter|"),
              model.deadLetters.values().stream().mapToLong(Long::longValue).sum());
          model.deadLetters.forEach(
              (reason, count) ->
                  sum(sums, name.formatted("dead_letters_total", "reason=" + reason + "|"), count));
          sum(sums, name.formatted("late_events_total", ""), model.late);
          sum(sums, name.formatted("clock_skew_events_total", ""), model.skewed);
          model.dropped.forEach(
              (to, runs) ->
                  runs.forEach(
                      (run, count) ->
                          dropped
                              .computeIfAbsent(to, k -> new HashMap<>())
                              .merge(run, count, Math::max)));
          sum(
              sums,
              "aragora_telemetry_consumed_offset|partition="
                  + entry.getKey().partition()
                  + "|topic=aragora."
                  + topic.suffix(),
              model.nextOffset);
        }
      }
      sums.forEach(this::put);
      put(
          "aragora_telemetry_missing_events|topic=aragora." + topic.suffix(),
          missing.doubleValue());
    }
    dropped.forEach(
        (topic, runs) ->
            put(
                "aragora_telemetry_producer_dropped_events_total|topic=" + topic,
                runs.values().stream().mapToLong(Long::longValue).sum()));
  }

  private static void sum(Map<String, Double> sums, String key, double value) {
    sums.merge(key, value, Double::sum);
  }

  private void put(String key, double value) {
    Samples.put(samples, key, value);
  }

  /** {@code metric|value|value} with the label names, in their order. */
  static String key(String series) {
    String metric = series.substring(0, series.indexOf('|'));
    String[] values = series.substring(series.indexOf('|') + 1).split("\\|", -1);
    List<String> labels = new ArrayList<>();
    List<String> names = LABELS.getOrDefault(metric, List.of());
    for (int i = 0; i < names.size(); i++) {
      labels.add(names.get(i) + "=" + values[i]);
    }
    labels.sort(null);
    return metric + "|" + String.join("|", labels);
  }
}
