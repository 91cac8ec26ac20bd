package org.aragora.telemetry.chaos.checks;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.aragora.telemetry.chaos.settings.ChaosSettings;

/** Samples of one series, of every instance. Guarded by its {@link ScrapeChecker}. */
final class SeriesWatch {
  private static final long NEVER = Long.MIN_VALUE;

  private record Sample(long endNanos, double value) {}

  /** Samples that a scrape under way may overlap with; older ones are in {@code floor}. */
  private final ArrayDeque<Sample> recent = new ArrayDeque<>();

  private final long[] servedFrom = new long[ChaosSettings.PROCESSORS];
  private final long[] servedUntil = new long[ChaosSettings.PROCESSORS];
  private double floor = Double.NEGATIVE_INFINITY;
  private double highest = Double.NEGATIVE_INFINITY;
  private long lastSeenNanos = NEVER;

  SeriesWatch() {
    Arrays.fill(servedFrom, NEVER);
  }

  /**
   * Finds the highest value that was answered before a scrape began. Only such a value shows that a
   * lower one in this scrape is a step down; two scrapes that overlap have no order.
   */
  double answeredBefore(long startNanos, long keepNanos) {
    while (!recent.isEmpty() && recent.peek().endNanos() < startNanos - keepNanos) {
      floor = Math.max(floor, recent.remove().value());
    }
    double before = floor;
    for (Sample sample : recent) {
      if (sample.endNanos() < startNanos) {
        before = Math.max(before, sample.value());
      }
    }
    return before;
  }

  /**
   * Records a sample.
   *
   * @return time for which no scrape had the series before it, 0 at first
   */
  long record(Scrape scrape, double value) {
    recent.add(new Sample(scrape.endNanos(), value));
    highest = Math.max(highest, value);
    long away = lastSeenNanos == NEVER ? 0 : scrape.startNanos() - lastSeenNanos;
    lastSeenNanos = Math.max(lastSeenNanos, scrape.startNanos());
    int slot = scrape.slot();
    if (servedFrom[slot] == NEVER) {
      servedFrom[slot] = scrape.endNanos();
    }
    servedUntil[slot] = Math.max(scrape.startNanos(), servedFrom[slot]);
    return away;
  }

  /** Records that an instance did not serve it, or did not answer. */
  void notServedBy(int slot) {
    servedFrom[slot] = NEVER;
  }

  /** Least time for which this instance and another have served it together. */
  long togetherNanos(int slot) {
    long longest = 0;
    for (int other = 0; other < servedFrom.length; other++) {
      if (other != slot && servedFrom[other] != NEVER && servedFrom[slot] != NEVER) {
        long from = Math.max(servedFrom[slot], servedFrom[other]);
        longest = Math.max(longest, Math.min(servedUntil[slot], servedUntil[other]) - from);
      }
    }
    return longest;
  }

  boolean isServedByOther(int slot) {
    for (int other = 0; other < servedFrom.length; other++) {
      if (other != slot && servedFrom[other] != NEVER) {
        return true;
      }
    }
    return false;
  }

  long lastSeenNanos() {
    return lastSeenNanos;
  }

  double highest() {
    return highest;
  }
}
