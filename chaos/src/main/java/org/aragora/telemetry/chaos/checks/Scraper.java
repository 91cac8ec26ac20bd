package org.aragora.telemetry.chaos.checks;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.aragora.telemetry.chaos.fleet.ProcessorFleet;
import org.aragora.telemetry.chaos.fleet.ProcessorInstance;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.testbed.service.MetricsPage;

/** Scraper of every processor, twice a second, for a {@link ScrapeChecker}. */
public final class Scraper implements AutoCloseable {
  private static final long CLOSELY_NANOS = 3_000_000_000L;
  private static final int CLOSELY_PAUSE_MS = 10;

  private static final String LAST_REBALANCE =
      "aragora_telemetry_process_kafka_last_rebalance_seconds_ago";
  private static final double NANOS_PER_SECOND = 1e9;

  private final ServedSeries.Table table;
  private final ScrapeChecker checker;
  private final AtomicLong answered = new AtomicLong();
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          ChaosSettings.PROCESSORS,
          task -> {
            Thread thread = new Thread(task, "chaos-scrape");
            thread.setDaemon(true);
            return thread;
          });

  /** Starts to scrape. */
  public Scraper(ProcessorFleet fleet, ServedSeries.Table table, ScrapeChecker checker) {
    this.table = table;
    this.checker = checker;
    for (ProcessorInstance instance : fleet.all()) {
      var unused =
          threads.scheduleAtFixedRate(
              () -> scrape(instance),
              0,
              ChaosSettings.SCRAPE_INTERVAL.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Scrapes an instance without a break for a while: after a pause it must not serve old values.
   */
  public void scrapeClosely(ProcessorInstance instance) throws InterruptedException {
    long until = System.nanoTime() + CLOSELY_NANOS;
    while (System.nanoTime() < until) {
      scrape(instance);
      TimeUnit.MILLISECONDS.sleep(CLOSELY_PAUSE_MS);
    }
  }

  private void scrape(ProcessorInstance instance) {
    long startNanos = System.nanoTime();
    try {
      MetricsPage page = instance.metrics();
      checker.record(scrape(instance.slot(), startNanos, System.nanoTime(), page));
      answered.incrementAndGet();
    } catch (IOException e) {
      checker.missed(instance.slot());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      checker.failed(instance.slot(), e);
    }
  }

  private Scrape scrape(int slot, long startNanos, long endNanos, MetricsPage page) {
    Map<ServedSeries, Double> values = new HashMap<>();
    page.shared().forEach((series, value) -> values.put(table.parse(series), value));
    OptionalDouble ago = page.highest(LAST_REBALANCE);
    long rebalancedNanos =
        ago.isEmpty() ? -1 : endNanos - (long) (ago.getAsDouble() * NANOS_PER_SECOND);
    return new Scrape(slot, startNanos, endNanos, values, rebalancedNanos);
  }

  /** Number of scrapes that were answered. */
  public long answered() {
    return answered.get();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
