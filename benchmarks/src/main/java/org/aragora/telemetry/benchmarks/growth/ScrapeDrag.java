package org.aragora.telemetry.benchmarks.growth;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.benchmarks.throughput.Throughput;
import org.jspecify.annotations.Nullable;

/**
 * The speed of a processor while {@code /metrics} is read once a second, of that while it is not.
 * Rounds of known series alternate.
 */
final class ScrapeDrag {
  /** Events of a round. */
  static final int EVENTS = 150_000;

  private ScrapeDrag() {}

  /** Counts the events of a round, from writing them on. */
  interface Round {
    void count() throws InterruptedException;
  }

  /** A scrape. */
  interface Scrape {
    void run() throws InterruptedException, IOException;
  }

  /** Events of so many rounds of each kind, and of one that warms up. */
  static int events(int rounds) {
    return rounds == 0 ? 0 : (2 * rounds + 1) * EVENTS;
  }

  /** The ratio of the medians of so many rounds. */
  static double ratio(int rounds, Round round, Scrape scrape) throws InterruptedException {
    measure(round, null);
    List<Double> alone = new ArrayList<>();
    List<Double> scraped = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      alone.add(measure(round, null));
      scraped.add(measure(round, scrape));
    }
    return Throughput.median(scraped) / Throughput.median(alone);
  }

  /** Events a second. */
  private static double measure(Round round, @Nullable Scrape scrape) throws InterruptedException {
    ScheduledExecutorService scraper = Executors.newSingleThreadScheduledExecutor();
    try {
      if (scrape != null) {
        var unused =
            scraper.scheduleAtFixedRate(
                () -> {
                  try {
                    scrape.run();
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                0,
                1,
                TimeUnit.SECONDS);
      }
      long begin = System.nanoTime();
      round.count();
      return EVENTS / ((System.nanoTime() - begin) / 1e9);
    } finally {
      scraper.shutdownNow();
    }
  }
}
