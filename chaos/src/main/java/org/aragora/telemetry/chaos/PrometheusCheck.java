package org.aragora.telemetry.chaos;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.chaos.Violations.Check;
import org.jspecify.annotations.Nullable;

/**
 * What a user's Prometheus makes of a run. While everything rests it learns the moment at which
 * Prometheus has the truth; between two such moments {@code x - x offset} must be the difference of
 * the two truths, exactly.
 */
final class PrometheusCheck {
  private static final long CATCHES_UP_WITHIN_SECONDS = 20;
  private static final Set<String> OF_THE_TARGET = Set.of("instance", "job");
  private static final String OURS = "{job=\"aragora-telemetry\",__name__=~\"aragora_.*\"}";

  /** A moment at which nothing changed, and what was true then. */
  record Rest(long atMs, Map<Series, Double> truth) {}

  private final PrometheusServer prometheus;
  private final Series.Table table;
  private final Violations violations;
  private final long beganMs = System.currentTimeMillis();

  PrometheusCheck(PrometheusServer prometheus, Series.Table table, Violations violations) {
    this.prometheus = prometheus;
    this.table = table;
    this.violations = violations;
  }

  /** The moment at which Prometheus has these values, or null after a violation. */
  @Nullable Rest rest(Map<Series, Double> truth) throws InterruptedException {
    Map<Series, Double> growing = new HashMap<>();
    truth.forEach(
        (series, value) -> {
          if (series.grows() && value != 0) {
            growing.put(series, value);
          }
        });
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CATCHES_UP_WITHIN_SECONDS);
    String different = "";
    while (System.nanoTime() < deadline) {
      long atMs = System.currentTimeMillis();
      different = difference(growing, OURS, atMs);
      if (different.isEmpty()) {
        return new Rest(atMs, growing);
      }
      TimeUnit.MILLISECONDS.sleep(500);
    }
    violations.add(
        Check.PROMETHEUS_GROWTH, "Prometheus did not get the values at rest: " + different);
    return null;
  }

  /** Compares the growth of every series between two rests. */
  void growth(Rest from, Rest to) throws InterruptedException {
    Map<Series, Double> grown = new HashMap<>();
    to.truth().forEach((s, value) -> grown.put(s, value - from.truth().getOrDefault(s, 0.0)));
    Set<String> names = new TreeSet<>();
    grown.keySet().forEach(series -> names.add(series.name()));
    for (String name : names) {
      Map<Series, Double> wanted = new HashMap<>();
      grown.forEach(
          (series, value) -> {
            // What was not there yet has nothing to be subtracted from.
            if (series.name().equals(name) && from.truth().containsKey(series)) {
              wanted.put(series, value);
            }
          });
      String expression = "%s - (%s offset %dms)".formatted(name, name, to.atMs() - from.atMs());
      violations.checked(Check.PROMETHEUS_GROWTH, wanted.size());
      String different = difference(wanted, expression, name, to.atMs());
      if (!different.isEmpty()) {
        violations.add(Check.PROMETHEUS_GROWTH, expression + ": " + different);
      }
    }
  }

  private String difference(Map<Series, Double> wanted, String expression, long atMs)
      throws InterruptedException {
    return difference(wanted, expression, "", atMs);
  }

  /** A sentence about the first series that is not as wanted, empty where all are. */
  private String difference(Map<Series, Double> wanted, String expression, String name, long atMs)
      throws InterruptedException {
    Map<Series, Double> found = new HashMap<>();
    try {
      for (PrometheusServer.Result result : prometheus.query(expression, atMs)) {
        found.put(series(result, name), result.value());
      }
    } catch (IOException e) {
      return "no answer (" + e.getMessage() + ")";
    }
    for (Map.Entry<Series, Double> entry : wanted.entrySet()) {
      Double value = found.get(entry.getKey());
      if (value == null || !near(value, entry.getValue(), entry.getKey())) {
        return "%s is %s and must be %s".formatted(entry.getKey().key(), value, entry.getValue());
      }
    }
    return "";
  }

  /** Counts are whole numbers; a difference of sums in seconds has the last digits of a double. */
  private static boolean near(double a, double b, Series series) {
    return series.isInSeconds() ? Math.abs(a - b) <= 1e-9 * Math.max(1e3, Math.abs(b)) : a == b;
  }

  private Series series(PrometheusServer.Result result, String name) {
    Map<String, String> labels = new HashMap<>(result.labels());
    String own = labels.remove("__name__");
    labels.keySet().removeAll(OF_THE_TARGET);
    return table.of(own == null ? name : own, labels);
  }

  /** Looks for counter resets and for series under more than one identity, over the whole run. */
  void whole(long untilMs) throws InterruptedException {
    long lengthMs = untilMs - beganMs;
    Set<String> names = new TreeSet<>();
    for (int id = 0; id < table.size(); id++) {
      if (table.get(id).grows()) {
        names.add(table.get(id).name());
      }
    }
    for (String name : names) {
      String range = "%s[%dms]".formatted(name, lengthMs);
      try {
        resets(name, prometheus.query("resets(" + range + ")", untilMs));
        identities(name, prometheus.query("last_over_time(" + range + ")", untilMs));
      } catch (IOException e) {
        violations.add(Check.PROMETHEUS_RESETS, String.valueOf(e.getMessage()));
      }
    }
  }

  private void resets(String name, List<PrometheusServer.Result> results) {
    violations.checked(Check.PROMETHEUS_RESETS, results.size());
    for (PrometheusServer.Result result : results) {
      if (result.value() > 0) {
        violations.add(
            Check.PROMETHEUS_RESETS,
            "%s was reset %.0f times".formatted(series(result, name).key(), result.value()));
      }
    }
  }

  private void identities(String name, List<PrometheusServer.Result> results) {
    violations.checked(Check.PROMETHEUS_IDENTITY, results.size());
    Set<Series> seen = new HashSet<>();
    for (PrometheusServer.Result result : results) {
      Series series = series(result, name);
      if (!seen.add(series)) {
        violations.add(
            Check.PROMETHEUS_IDENTITY,
            "%s is there more than once, also as %s".formatted(series.key(), result.labels()));
      }
    }
  }
}
