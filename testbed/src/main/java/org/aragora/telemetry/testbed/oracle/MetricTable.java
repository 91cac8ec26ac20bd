package org.aragora.telemetry.testbed.oracle;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.aragora.telemetry.testbed.oracle.CountedEvent.Amounts;

/** Every metric of the contract that events change, and what each event adds to it. */
final class MetricTable {

  /** Kinds of values. */
  enum Kind {
    /** A sum of amounts, in total and by minute. */
    COUNTER,
    /** A sum of amounts in total only; it may fall. */
    LEVEL,
    /** Amounts by bucket, and their sum. */
    HISTOGRAM,
    /** Hits and events of a minute. */
    RATIO,
    /** The value of the last event. */
    LAST
  }

  /** The value of a label. */
  interface Label {
    String of(CountedEvent event);
  }

  /** The amounts that one type of event adds. */
  interface Rule {
    void count(CountedEvent event, Amounts amounts);
  }

  /**
   * One metric.
   *
   * @param labels names, in the order in which rules give their values
   * @param folding true for each label that becomes {@code other} over the series limit
   * @param bounds upper bounds of a histogram's buckets, in the metric's unit
   * @param scale decimal digits of an amount: 9 for nanoseconds, 0 for counts
   * @param rules by type of event
   */
  record Metric(
      String name,
      Kind kind,
      List<String> labels,
      List<Boolean> folding,
      List<BigDecimal> bounds,
      int scale,
      Map<String, Rule> rules) {

    Metric on(String type, Rule rule) {
      rules.put(type, rule);
      return this;
    }

    private Metric buckets(int digits, double... upper) {
      return new Metric(
          name,
          Kind.HISTOGRAM,
          labels,
          folding,
          Arrays.stream(upper).mapToObj(BigDecimal::valueOf).toList(),
          digits,
          rules);
    }

    Metric seconds(double... upper) {
      return buckets(9, upper);
    }

    Metric numbers(double... upper) {
      return buckets(0, upper);
    }

    boolean folds() {
      return folding.contains(true);
    }
  }

  static final List<Metric> ALL =
      List.of(
          metric("aragora_requests_total", Kind.COUNTER, "METHOD ENDPOINT status")
              .on(
                  "request.completed",
                  one(
                      CountedEvent::method,
                      CountedEvent::endpoint,
                      e -> String.valueOf(e.number("status")))),
          metric("aragora_request_duration_seconds", Kind.HISTOGRAM, "METHOD ENDPOINT")
              .seconds(.01, .05, .1, .25, .5, 1, 2.5, 5, 10)
              .on("request.completed", duration(CountedEvent::method, CountedEvent::endpoint)),
          metric("aragora_instance_requests_total", Kind.COUNTER, "INSTANCE_ID class")
              .on(
                  "request.completed",
                  one(CountedEvent::instance, e -> e.number("status") / 100 + "xx")),
          ratio("aragora_request_error_rate")
              .on("request.completed", hit(e -> e.number("status") >= 500)),
          metric("aragora_active_debates", Kind.LEVEL, "")
              .on("debate.started", (e, amounts) -> amounts.add(1))
              .on("debate.completed", (e, amounts) -> amounts.add(e.isOfOpenDebate() ? -1 : 0)),
          metric("aragora_debates_started_total", Kind.COUNTER, "DOMAIN")
              .on("debate.started", one(CountedEvent::domain)),
          metric("aragora_debates_completed_total", Kind.COUNTER, "status outcome DOMAIN")
              .on(
                  "debate.completed",
                  one(CountedEvent::debateStatus, text("outcome"), CountedEvent::domain)),
          metric("aragora_debate_duration_seconds", Kind.HISTOGRAM, "status outcome DOMAIN")
              .seconds(1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800)
              .on(
                  "debate.completed",
                  duration(CountedEvent::debateStatus, text("outcome"), CountedEvent::domain)),
          metric("aragora_consensus_reached_total", Kind.COUNTER, "DOMAIN")
              .on(
                  "debate.completed",
                  (e, amounts) -> amounts.add(e.endedWith("consensus") ? 1 : 0, e.domain())),
          metric("aragora_debate_timeouts_total", Kind.COUNTER, "")
              .on("debate.completed", (e, amounts) -> amounts.add(e.endedWith("timeout") ? 1 : 0)),
          metric("aragora_debate_rounds", Kind.HISTOGRAM, "outcome")
              .numbers(1, 2, 3, 4, 5, 7, 10, 15, 20)
              .on("debate.completed", optional("rounds", text("outcome"))),
          ratio("aragora_consensus_rate")
              .on("debate.completed", hit(e -> e.endedWith("consensus"))),
          ratio("aragora_debate_timeout_rate")
              .on("debate.completed", hit(e -> e.endedWith("timeout"))),
          metric("aragora_elo_updates_total", Kind.COUNTER, "")
              .on("elo.updated", (e, amounts) -> amounts.add(1)),
          metric("aragora_agent_elo_rating", Kind.LAST, "AGENT")
              .on(
                  "elo.updated",
                  (e, amounts) ->
                      amounts.last(e.event().data().path("rating").doubleValue(), e.text("agent"))),
          metric("aragora_agent_calls_total", Kind.COUNTER, "AGENT status")
              .on("agent.call_completed", one(text("agent"), text("status"))),
          metric("aragora_agent_latency_seconds", Kind.HISTOGRAM, "AGENT")
              .seconds(.1, .5, 1, 2.5, 5, 10, 30, 60, 120)
              .on("agent.call_completed", duration(text("agent"))),
          metric("aragora_agent_tokens_total", Kind.COUNTER, "AGENT direction")
              .on(
                  "agent.call_completed",
                  (e, amounts) -> {
                    optional("input_tokens", text("agent"), any -> "input").count(e, amounts);
                    optional("output_tokens", text("agent"), any -> "output").count(e, amounts);
                  }),
          metric("aragora_log_events_total", Kind.COUNTER, "level")
              .on("log.emitted", one(text("level"))));

  /** The series of an instance; {@link InstanceState} has its rules. */
  static final Metric INSTANCE_UP = metric("aragora_instance_up", Kind.LAST, "INSTANCE_ID");

  /** Events of each metric that went to {@code other}. */
  static final Metric FOLDED =
      metric("aragora_telemetry_series_folded_total", Kind.LEVEL, "metric");

  /** Parts of each metric that were retired. */
  static final Metric RETIRED =
      metric("aragora_telemetry_series_retired_total", Kind.LEVEL, "metric");

  private MetricTable() {}

  /** Topic, without prefix, whose events make up a ratio. */
  static String topicOf(Metric ratio) {
    return ratio.rules().containsKey("request.completed") ? "requests" : "debates";
  }

  /** Labels in capitals become {@code other} over the series limit. */
  private static Metric metric(String name, Kind kind, String labels) {
    List<String> names = labels.isEmpty() ? List.of() : List.of(labels.split(" "));
    return new Metric(
        name,
        kind,
        names.stream().map(label -> label.toLowerCase(Locale.ROOT)).toList(),
        names.stream().map(label -> label.equals(label.toUpperCase(Locale.ROOT))).toList(),
        List.of(),
        0,
        new HashMap<>());
  }

  private static Metric ratio(String name) {
    return metric(name, Kind.RATIO, "");
  }

  private static Label text(String field) {
    return event -> event.text(field);
  }

  private static String[] values(CountedEvent event, Label[] labels) {
    return Arrays.stream(labels).map(label -> label.of(event)).toArray(String[]::new);
  }

  private static Rule one(Label... labels) {
    return (event, amounts) -> amounts.add(1, values(event, labels));
  }

  private static Rule duration(Label... labels) {
    return (event, amounts) ->
        amounts.add(event.event().nanos("duration_seconds"), values(event, labels));
  }

  private static Rule optional(String field, Label... labels) {
    return (event, amounts) -> {
      if (event.event().has(field)) {
        amounts.add(event.number(field), values(event, labels));
      }
    };
  }

  private static Rule hit(Predicate<CountedEvent> condition) {
    return (event, amounts) -> amounts.add(condition.test(event) ? 1 : 0);
  }
}
