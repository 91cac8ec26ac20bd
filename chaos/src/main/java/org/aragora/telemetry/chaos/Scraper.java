package org.aragora.telemetry.chaos;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Scrapes every processor twice a second and tells a witness. */
final class Scraper implements AutoCloseable {
  private static final long CLOSELY_NANOS = 3_000_000_000L;
  private static final int CLOSELY_PAUSE_MS = 10;

  private final Exposition exposition;
  private final Witness witness;
  private final AtomicLong answered = new AtomicLong();
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          ChaosSettings.PROCESSORS,
          task -> {
            Thread thread = new Thread(task, "chaos-scrape");
            thread.setDaemon(true);
            return thread;
          });

  Scraper(Fleet fleet, Series.Table table, Witness witness) {
    this.exposition = new Exposition(table);
    this.witness = witness;
    for (ProcessorInstance instance : fleet.all()) {
      var unused =
          threads.scheduleAtFixedRate(
              () -> scrape(instance),
              0,
              ChaosSettings.SCRAPE_INTERVAL.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  /** Scrapes an instance without a break for a while: one that wakes up must not say old things. */
  void lookClosely(ProcessorInstance instance) throws InterruptedException {
    long until = System.nanoTime() + CLOSELY_NANOS;
    while (System.nanoTime() < until) {
      scrape(instance);
      TimeUnit.MILLISECONDS.sleep(CLOSELY_PAUSE_MS);
    }
  }

  private void scrape(ProcessorInstance instance) {
    long startNanos = System.nanoTime();
    try {
      String text = instance.metrics();
      witness.sees(exposition.read(instance.slot(), startNanos, System.nanoTime(), text));
      answered.incrementAndGet();
    } catch (IOException e) {
      witness.missed(instance.slot());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      witness.failed(instance.slot(), e);
    }
  }

  long answered() {
    return answered.get();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
