package org.aragora.telemetry.chaos.prometheus;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.chaos.checks.ServedSeries;
import org.aragora.telemetry.chaos.report.FaultLog;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.Sabotage;
import org.aragora.telemetry.testbed.service.PrometheusProcess;
import org.aragora.telemetry.testbed.service.SeriesName;
import org.jspecify.annotations.Nullable;

/**
 * Checks of the samples in a user's Prometheus. At each rest it finds a time at which Prometheus
 * has the expected values. Between two such times {@code x - x offset} must be the exact
 * difference.
 */
public final class PrometheusCheck implements AutoCloseable {
  private static final long CATCHES_UP_WITHIN_SECONDS = 60;
  private static final Set<String> OF_THE_TARGET = Set.of("instance", "job");
  private static final String OURS = "{job=\"aragora-telemetry\",__name__=~\"aragora_.*\"}";

  /** A time at which nothing changed, and the values then. */
  private record Rest(long atMs, Map<ServedSeries, Double> values) {}

  private final PrometheusProcess prometheus;
  private final ServedSeries.Table table;
  private final Violations violations;
  private final long beganMs = System.currentTimeMillis();
  private @Nullable Rest lastRest;

  private PrometheusCheck(
      PrometheusProcess prometheus, ServedSeries.Table table, Violations violations) {
    this.prometheus = prometheus;
    this.table = table;
    this.violations = violations;
  }

  /** Starts Prometheus with these targets; returns null if it is not installed. */
  public static @Nullable PrometheusCheck start(
      ChaosSettings settings,
      List<Integer> ports,
      ServedSeries.Table table,
      Violations violations,
      FaultLog log)
      throws IOException, InterruptedException {
    if (!PrometheusProcess.isInstalled()) {
      log.print("Prometheus is not installed (apt-get install prometheus); its checks are skipped");
      return null;
    }
    PrometheusProcess process =
        PrometheusProcess.start(
            Files.createTempDirectory(settings.directory(), "prometheus-"),
            PrometheusConfig.text(ports, settings.sabotage() != Sabotage.NO_IDENTITY));
    return new PrometheusCheck(process, table, violations);
  }

  @Override
  public void close() {
    prometheus.close();
  }

  /**
   * Checks the gauges of a stage in which processors were only restarted, by the wall clock, and of
   * the rest behind it.
   */
  public void gauges(long fromMs, long toMs, long restedMs, TrueLag truth)
      throws InterruptedException {
    new GaugeCheck(prometheus, truth, violations)
        .stage(fromMs / 1000 + 1, toMs / 1000, restedMs / 1000);
  }

  /** Waits until Prometheus has these values and checks their growth since the last rest. */
  public void rest(Map<ServedSeries, Double> expected) throws InterruptedException {
    Rest now = await(expected);
    if (now != null && lastRest != null) {
      growth(lastRest, now);
    }
    lastRest = now != null ? now : lastRest;
  }

  /** Waits for the time at which Prometheus has these values; null after a violation. */
  private @Nullable Rest await(Map<ServedSeries, Double> expected) throws InterruptedException {
    Map<ServedSeries, Double> growing = new HashMap<>();
    expected.forEach(
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
  private void growth(Rest from, Rest to) throws InterruptedException {
    Map<ServedSeries, Double> grown = new HashMap<>();
    to.values().forEach((s, value) -> grown.put(s, value - from.values().getOrDefault(s, 0.0)));
    Set<String> names = new TreeSet<>();
    grown.keySet().forEach(series -> names.add(series.name()));
    for (String name : names) {
      Map<ServedSeries, Double> wanted = new HashMap<>();
      grown.forEach(
          (series, value) -> {
            // A series that is new has nothing to be subtracted from.
            if (series.name().equals(name) && from.values().containsKey(series)) {
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

  private String difference(Map<ServedSeries, Double> wanted, String expression, long atMs)
      throws InterruptedException {
    return difference(wanted, expression, "", atMs);
  }

  /** Returns a sentence about the first series that is not as wanted, empty if there is none. */
  private String difference(
      Map<ServedSeries, Double> wanted, String expression, String name, long atMs)
      throws InterruptedException {
    Map<ServedSeries, Double> found = new HashMap<>();
    try {
      for (PrometheusProcess.Result result : prometheus.query(expression, atMs)) {
        found.put(series(result, name), result.value());
      }
    } catch (IOException e) {
      return "no answer (" + e.getMessage() + ")";
    }
    for (Map.Entry<ServedSeries, Double> entry : wanted.entrySet()) {
      Double value = found.get(entry.getKey());
      if (value == null || !near(value, entry.getValue(), entry.getKey())) {
        return "%s is %s and must be %s".formatted(entry.getKey().key(), value, entry.getValue());
      }
    }
    return "";
  }

  /** Counts are whole numbers; a difference of sums in seconds has the last digits of a double. */
  private static boolean near(double a, double b, ServedSeries series) {
    return series.isInSeconds() ? Math.abs(a - b) <= 1e-9 * Math.max(1e3, Math.abs(b)) : a == b;
  }

  private ServedSeries series(PrometheusProcess.Result result, String name) {
    Map<String, String> labels = new HashMap<>(result.labels());
    String own = labels.remove("__name__");
    labels.keySet().removeAll(OF_THE_TARGET);
    return table.of(SeriesName.of(own == null ? name : own, labels));
  }

  /** Searches the whole run for counter resets and for series under more than one identity. */
  public void whole() throws InterruptedException {
    long untilMs = System.currentTimeMillis();
    long lengthMs = untilMs - beganMs;
    Set<String> names = new TreeSet<>();
    table.all().stream().filter(ServedSeries::grows).map(ServedSeries::name).forEach(names::add);
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

  private void resets(String name, List<PrometheusProcess.Result> results) {
    violations.checked(Check.PROMETHEUS_RESETS, results.size());
    for (PrometheusProcess.Result result : results) {
      if (result.value() > 0) {
        violations.add(
            Check.PROMETHEUS_RESETS,
            "%s was reset %.0f times".formatted(series(result, name).key(), result.value()));
      }
    }
  }

  private void identities(String name, List<PrometheusProcess.Result> results) {
    violations.checked(Check.PROMETHEUS_IDENTITY, results.size());
    Set<ServedSeries> seen = new HashSet<>();
    for (PrometheusProcess.Result result : results) {
      ServedSeries series = series(result, name);
      if (!seen.add(series)) {
        violations.add(
            Check.PROMETHEUS_IDENTITY,
            "%s is there more than once, also as %s".formatted(series.key(), result.labels()));
      }
    }
  }
}
