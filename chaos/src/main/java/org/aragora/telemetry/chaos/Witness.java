package org.aragora.telemetry.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.chaos.Violations.Check;
import org.jspecify.annotations.Nullable;

/**
 * Sees every scrape of every instance, merges them into one line per series and finds what must not
 * be. Thread-safe.
 */
final class Witness {
  private static final long OVERLAP_KEPT_NANOS = 15_000_000_000L;
  private static final long AWAY_NANOS = 2_000_000_000L;
  private static final long REBALANCE_APART_NANOS = 2_000_000_000L;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Nobody was seen to serve a series for a while. */
  record Away(long fromNanos, long nanos) {}

  /** The values of a scrape that had grown since the same instance's scrape before. */
  @SuppressWarnings("ArrayRecordComponent") // figures that nobody compares or changes
  record Growth(int slot, long endNanos, int[] series, double[] values) {}

  private final Violations violations;
  private final Map<Series, SeriesWatch> watches = new HashMap<>();
  private final Map<Integer, Scrape> last = new HashMap<>();
  private final Map<Integer, Long> rebalanced = new HashMap<>();
  private final List<Growth> growths = new ArrayList<>();
  private final List<Away> aways = new ArrayList<>();
  private long rebalances;
  private long togetherNanos;
  private long samples;

  Witness(Violations violations) {
    this.violations = violations;
  }

  synchronized void sees(Scrape scrape) {
    int slot = scrape.slot();
    Scrape before = last.put(slot, scrape);
    countRebalance(scrape);
    rememberGrowth(scrape, before);
    scrape.values().forEach((series, value) -> seesOne(scrape, series, value));
    if (before != null) {
      for (Series series : before.values().keySet()) {
        if (!scrape.values().containsKey(series)) {
          watch(series).notServedBy(slot);
        }
      }
    }
  }

  private void seesOne(Scrape scrape, Series series, double value) {
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
    long away = watch.saw(scrape, value);
    if (away > AWAY_NANOS) {
      aways.add(new Away(lastSeen, away));
    }
    checkTogether(scrape, series, watch);
  }

  private void checkTogether(Scrape scrape, Series series, SeriesWatch watch) {
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
    List<Series> grown = new ArrayList<>();
    scrape
        .values()
        .forEach(
            (series, value) -> {
              Double old = before == null ? null : before.values().get(series);
              if (series.grows() && (old == null || value > old)) {
                grown.add(series);
              }
            });
    int[] ids = new int[grown.size()];
    double[] values = new double[grown.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = grown.get(i).id();
      values[i] = scrape.values().getOrDefault(grown.get(i), 0.0);
    }
    growths.add(new Growth(scrape.slot(), scrape.endNanos(), ids, values));
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

  /** An instance answered what no instance may answer. */
  void failed(int slot, RuntimeException e) {
    missed(slot);
    violations.add(
        Check.PROCESSES,
        "processor %d answered a scrape with what is no exposition: %s".formatted(slot, e));
  }

  private SeriesWatch watch(Series series) {
    return watches.computeIfAbsent(series, s -> new SeriesWatch());
  }

  /** What the newest scrapes say together; two that differ are told apart by {@code contested}. */
  synchronized Map<Series, Double> served(Collection<Series> contested) {
    Map<Series, Double> merged = new HashMap<>();
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

  /** What the newest scrape of an instance has, nothing where it did not answer. */
  synchronized Set<Series> servedBy(int slot) {
    Scrape newest = last.get(slot);
    return newest == null ? Set.of() : Set.copyOf(newest.values().keySet());
  }

  /** Whether some other instance serves any of these series now. */
  synchronized boolean isServedByOther(int slot, Set<Series> series) {
    return last.values().stream()
        .anyMatch(
            scrape ->
                scrape.slot() != slot && !Collections.disjoint(scrape.values().keySet(), series));
  }

  /** Highest value that each series was ever served with. */
  synchronized Map<Series, Double> highest() {
    Map<Series, Double> highest = new HashMap<>();
    watches.forEach((series, watch) -> highest.put(series, watch.highest()));
    return highest;
  }

  synchronized List<Growth> growths() {
    return List.copyOf(growths);
  }

  synchronized List<Away> aways() {
    return List.copyOf(aways);
  }

  synchronized long rebalances() {
    return rebalances;
  }

  synchronized long togetherNanos() {
    return togetherNanos;
  }

  synchronized long samples() {
    return samples;
  }
}
