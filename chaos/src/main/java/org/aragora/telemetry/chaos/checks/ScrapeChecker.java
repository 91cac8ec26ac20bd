package org.aragora.telemetry.chaos.checks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.chaos.report.ChaosReport.Away;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.jspecify.annotations.Nullable;

/**
 * Checks of every scrape of every instance: all scrapes of a series, merged into one line, must be
 * possible. Thread-safe.
 */
public final class ScrapeChecker {
  private static final long OVERLAP_KEPT_NANOS = 15_000_000_000L;
  private static final long AWAY_NANOS = 2_000_000_000L;
  private static final long REBALANCE_APART_NANOS = 2_000_000_000L;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Values of a scrape that are higher than in the same instance's scrape before. */
  record Growth(int slot, long endNanos, List<Grown> values) {}

  record Grown(ServedSeries series, double value) {}

  private final Violations violations;
  private final Map<ServedSeries, SeriesWatch> watches = new HashMap<>();
  private final Map<Integer, Scrape> last = new HashMap<>();
  private final Map<Integer, Long> rebalanced = new HashMap<>();
  private final List<Growth> growths = new ArrayList<>();
  private final List<Away> aways = new ArrayList<>();
  private long rebalances;
  private long togetherNanos;
  private long samples;

  /** Reports what it finds to {@code violations}. */
  public ScrapeChecker(Violations violations) {
    this.violations = violations;
  }

  synchronized void record(Scrape scrape) {
    int slot = scrape.slot();
    Scrape before = last.put(slot, scrape);
    countRebalance(scrape);
    rememberGrowth(scrape, before);
    scrape.values().forEach((series, value) -> check(scrape, series, value));
    if (before != null) {
      for (ServedSeries series : before.values().keySet()) {
        if (!scrape.values().containsKey(series)) {
          watch(series).notServedBy(slot);
        }
      }
    }
  }

  private void check(Scrape scrape, ServedSeries series, double value) {
    samples++;
    SeriesWatch watch = watch(series);
    long lastSeen = watch.lastSeenNanos();
    if (series.grows()) {
      double before = watch.answeredBefore(scrape.startNanos(), OVERLAP_KEPT_NANOS);
      violations.checked(Check.MONOTONIC, 1);
      if (value < before) {
        violations.add(
            Check.MONOTONIC,
            "%s went from %s to %s; processor %d served the lower value"
                .formatted(series.key(), before, value, scrape.slot()));
      }
    }
    long away = watch.record(scrape, value);
    if (away > AWAY_NANOS) {
      aways.add(new Away(lastSeen, away));
    }
    checkTogether(scrape, series, watch);
  }

  private void checkTogether(Scrape scrape, ServedSeries series, SeriesWatch watch) {
    if (!watch.isServedByOther(scrape.slot())) {
      return;
    }
    long together = watch.togetherNanos(scrape.slot());
    togetherNanos = Math.max(togetherNanos, together);
    violations.checked(Check.ONE_SERVER, 1);
    if (together > ChaosSettings.SESSION_TIMEOUT.toNanos() + 5 * (long) NANOS_PER_SECOND) {
      violations.add(
          Check.ONE_SERVER,
          "%s was served by two instances for %.1f s"
              .formatted(series.key(), together / NANOS_PER_SECOND));
    }
  }

  private void rememberGrowth(Scrape scrape, @Nullable Scrape before) {
    List<Grown> grown = new ArrayList<>();
    scrape
        .values()
        .forEach(
            (series, value) -> {
              Double old = before == null ? null : before.values().get(series);
              if (series.grows() && (old == null || value > old)) {
                grown.add(new Grown(series, value));
              }
            });
    growths.add(new Growth(scrape.slot(), scrape.endNanos(), grown));
  }

  private void countRebalance(Scrape scrape) {
    if (scrape.rebalancedNanos() >= 0) {
      Long known = rebalanced.put(scrape.slot(), scrape.rebalancedNanos());
      if (known == null || scrape.rebalancedNanos() - known > REBALANCE_APART_NANOS) {
        rebalances++;
      }
    }
  }

  /** An instance did not answer. */
  synchronized void missed(int slot) {
    Scrape before = last.remove(slot);
    if (before != null) {
      before.values().keySet().forEach(series -> watch(series).notServedBy(slot));
    }
  }

  /** An instance answered with something else than metrics. */
  void failed(int slot, RuntimeException e) {
    missed(slot);
    violations.add(
        Check.PROCESSES,
        "processor %d answered a scrape with something else than metrics: %s".formatted(slot, e));
  }

  private SeriesWatch watch(ServedSeries series) {
    return watches.computeIfAbsent(series, s -> new SeriesWatch());
  }

  /** Values of the newest scrapes; {@code contested} gets those in which two instances differ. */
  public synchronized Map<ServedSeries, Double> served(Collection<ServedSeries> contested) {
    Map<ServedSeries, Double> merged = new HashMap<>();
    for (Scrape scrape : last.values()) {
      scrape
          .values()
          .forEach(
              (series, value) -> {
                Double other = merged.put(series, value);
                if (other != null && !other.equals(value)) {
                  contested.add(series);
                }
              });
    }
    return merged;
  }

  /** Series of an instance's newest scrape, none if it did not answer. */
  public synchronized Set<ServedSeries> servedBy(int slot) {
    Scrape newest = last.get(slot);
    return newest == null ? Set.of() : Set.copyOf(newest.values().keySet());
  }

  /** Returns true if another instance serves any of these series now. */
  public synchronized boolean isServedByOther(int slot, Set<ServedSeries> series) {
    return last.values().stream()
        .anyMatch(
            scrape ->
                scrape.slot() != slot && !Collections.disjoint(scrape.values().keySet(), series));
  }

  /** Checks that no series was ever served with more than its value in the end. */
  public synchronized void checkEnd(Map<ServedSeries, Double> end) {
    watches.forEach(
        (series, watch) -> {
          if (series.grows() && !series.isOffset()) {
            violations.checked(Check.BEYOND_THE_END, 1);
            double most = end.getOrDefault(series, 0.0);
            if (watch.highest() > most) {
              violations.add(
                  Check.BEYOND_THE_END,
                  "%s was served as %s, and %s was committed in the end"
                      .formatted(series.key(), watch.highest(), most));
            }
          }
        });
  }

  /** All growths, in the order in which their scrapes were recorded. */
  synchronized List<Growth> growths() {
    return List.copyOf(growths);
  }

  /** Times for which no instance served a series. */
  public synchronized List<Away> aways() {
    return List.copyOf(aways);
  }

  /** Number of rebalances, by instance. */
  public synchronized long rebalances() {
    return rebalances;
  }

  /** Longest time for which two instances served a series. */
  public synchronized long togetherNanos() {
    return togetherNanos;
  }

  /** Number of samples. */
  public synchronized long samples() {
    return samples;
  }
}
