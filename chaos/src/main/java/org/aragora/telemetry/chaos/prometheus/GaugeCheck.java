package org.aragora.telemetry.chaos.prometheus;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.testbed.service.PrometheusProcess;

/**
 * Checks of the gauges as the dashboards read them, at each second of a stage in which processors
 * are only restarted and three instances write all the time.
 */
final class GaugeCheck {

  /** Instances need a heartbeat each, and every gauge its first value. */
  private static final long SETTLED_AFTER_SECONDS = 30;

  /** A planned restart may hold a record back for so long. */
  private static final double LAG_SECONDS = 15;

  /** Time for which a dashboard goes on to show a gauge. */
  private static final long SHOWN_SECONDS = 61;

  /** Events may come so late; minutes before are complete. */
  private static final double GRACE_SECONDS = 300;

  /**
   * Value of a panel.
   *
   * @param expression with one series in its result
   * @param right true for the values that the load allows
   */
  private record Panel(String expression, DoublePredicate right) {}

  private static final List<Panel> PANELS =
      List.of(
          new Panel("sum(last_over_time(aragora_instance_up[1m]))", up -> up == 3),
          new Panel("count(last_over_time(aragora_instance_up[1m]))", instances -> instances == 3),
          new Panel("sum(last_over_time(aragora_websocket_connections[1m]))", n -> n >= 0),
          new Panel("sum(last_over_time(aragora_active_debates[1m]))", debates -> debates > 0),
          new Panel("count(last_over_time(aragora_agent_elo_rating[1m]))", agents -> agents == 4),
          new Panel(
              "min(last_over_time(aragora_agent_elo_rating[1m]))",
              elo -> elo >= 1000 && elo < 1800),
          new Panel("avg(last_over_time(aragora_consensus_rate[1m]))", GaugeCheck::isRatio),
          new Panel("avg(last_over_time(aragora_consensus_rate_5m[1m]))", GaugeCheck::isRatio),
          new Panel("avg(last_over_time(aragora_debate_timeout_rate[1m]))", GaugeCheck::isRatio),
          new Panel("sum(last_over_time(aragora_telemetry_missing_events[1m]))", n -> n == 0),
          new Panel("sum(last_over_time(aragora_telemetry_unstable_records[1m]))", n -> n >= 0),
          new Panel(
              "max(count by (topic, partition) (last_over_time(aragora_telemetry_lag_seconds[1m])))",
              identities -> identities == 1));

  private static final String LAG = "max(last_over_time(aragora_telemetry_lag_seconds[1m]))";

  private static final String AGE =
      "time() - min(last_over_time(aragora_telemetry_complete_until_timestamp_seconds[1m]))";

  private static final String GOES_ON =
      "min(last_over_time(aragora_telemetry_complete_until_timestamp_seconds[1m]))";

  private final PrometheusProcess prometheus;
  private final TrueLag truth;
  private final Violations violations;

  GaugeCheck(PrometheusProcess prometheus, TrueLag truth, Violations violations) {
    this.prometheus = prometheus;
    this.truth = truth;
    this.violations = violations;
  }

  /**
   * Checks a stage, and that no time went back in it and in the rest behind it, when the last open
   * debates get their proposed ends. Unit: seconds since 1970.
   */
  void stage(long fromSeconds, long toSeconds, long restedSeconds) throws InterruptedException {
    long from = fromSeconds + SETTLED_AFTER_SECONDS;
    if (from >= toSeconds) {
      return;
    }
    try {
      for (Panel panel : PANELS) {
        whole(panel.expression(), (at, value) -> panel.right().test(value), from, toSeconds);
      }
      whole(LAG, this::isLag, from, toSeconds);
      whole(AGE, (at, age) -> age >= 0 && age <= GRACE_SECONDS + LAG_SECONDS, from, toSeconds);
      NavigableMap<Long, Double> until = whole(GOES_ON, (at, value) -> true, from, toSeconds);
      until.putAll(values(GOES_ON, (at, value) -> true, toSeconds + 1, restedSeconds));
      until.forEach(
          (at, value) -> {
            Map.Entry<Long, Double> before = until.lowerEntry(at);
            if (before != null && before.getValue() > value) {
              wrong(GOES_ON, "went back from %s to %s".formatted(before.getValue(), value));
            }
          });
    } catch (IOException e) {
      violations.add(Check.PROMETHEUS_GAUGES, String.valueOf(e.getMessage()));
    }
  }

  /** Returns true for a lag within the limit that hides nothing of what the topics had. */
  private boolean isLag(long at, double lag) {
    return lag >= Math.max(0, truth.smallest(at - SHOWN_SECONDS, at) - LAG_SECONDS)
        && lag <= LAG_SECONDS;
  }

  /** A condition for a value at a time in seconds since 1970. */
  private interface Condition {
    boolean holds(long atSeconds, double value);
  }

  /** Checks values of which there must be one each second. */
  private NavigableMap<Long, Double> whole(String expression, Condition right, long from, long to)
      throws IOException, InterruptedException {
    NavigableMap<Long, Double> found = values(expression, right, from, to);
    long holes = to - from + 1 - found.size();
    if (holes > 0) {
      wrong(expression, "had no value for %d of %d s".formatted(holes, to - from + 1));
    }
    return found;
  }

  private NavigableMap<Long, Double> values(String expression, Condition right, long from, long to)
      throws IOException, InterruptedException {
    NavigableMap<Long, Double> found = prometheus.range(expression, from, to, 1);
    violations.checked(Check.PROMETHEUS_GAUGES, found.size());
    Map<Double, Long> bad =
        found.entrySet().stream()
            .filter(sample -> !right.holds(sample.getKey(), sample.getValue()))
            .collect(
                Collectors.groupingBy(
                    sample -> sample.getValue(), TreeMap::new, Collectors.counting()));
    if (!bad.isEmpty()) {
      wrong(
          expression,
          "was, with the seconds of each: %s; the oldest record that was not committed was %.1f s old at most"
              .formatted(bad, truth.greatest(from, to)));
    }
    return found;
  }

  private void wrong(String expression, String sentence) {
    violations.add(Check.PROMETHEUS_GAUGES, expression + " " + sentence);
  }

  private static boolean isRatio(double value) {
    return value >= 0 && value <= 1;
  }
}
