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

  private static final double LAG_SECONDS = 15;

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
              "max(last_over_time(aragora_telemetry_lag_seconds[1m]))",
              lag -> lag >= 0 && lag <= LAG_SECONDS),
          new Panel(
              "time() - min(last_over_time(aragora_telemetry_complete_until_timestamp_seconds[1m]))",
              age -> age >= 0 && age <= GRACE_SECONDS + LAG_SECONDS),
          new Panel(
              "max(count by (topic, partition) (last_over_time(aragora_telemetry_lag_seconds[1m])))",
              identities -> identities == 1));

  private static final String GOES_ON =
      "min(last_over_time(aragora_telemetry_complete_until_timestamp_seconds[1m]))";

  private final PrometheusProcess prometheus;
  private final Violations violations;

  GaugeCheck(PrometheusProcess prometheus, Violations violations) {
    this.prometheus = prometheus;
    this.violations = violations;
  }

  /** Checks a stage; {@code fromSeconds} and {@code toSeconds}: its begin and end since 1970. */
  void stage(long fromSeconds, long toSeconds) throws InterruptedException {
    long from = fromSeconds + SETTLED_AFTER_SECONDS;
    if (from >= toSeconds) {
      return;
    }
    try {
      for (Panel panel : PANELS) {
        values(panel, from, toSeconds);
      }
      NavigableMap<Long, Double> until = prometheus.range(GOES_ON, from, toSeconds, 1);
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

  private void values(Panel panel, long from, long to) throws IOException, InterruptedException {
    NavigableMap<Long, Double> found = prometheus.range(panel.expression(), from, to, 1);
    violations.checked(Check.PROMETHEUS_GAUGES, found.size());
    Map<Double, Long> bad =
        found.values().stream()
            .filter(value -> !panel.right().test(value))
            .collect(Collectors.groupingBy(value -> value, TreeMap::new, Collectors.counting()));
    if (!bad.isEmpty()) {
      wrong(panel.expression(), "was, with the seconds of each: " + bad);
    }
    long holes = to - from + 1 - found.size();
    if (holes > 0) {
      wrong(panel.expression(), "had no value for %d of %d s".formatted(holes, to - from + 1));
    }
  }

  private void wrong(String expression, String sentence) {
    violations.add(Check.PROMETHEUS_GAUGES, expression + " " + sentence);
  }

  private static boolean isRatio(double value) {
    return value >= 0 && value <= 1;
  }
}
