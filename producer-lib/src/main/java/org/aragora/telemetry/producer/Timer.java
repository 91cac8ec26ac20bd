package org.aragora.telemetry.producer;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs tasks at intervals on one daemon thread. A task that throws is not run again. */
final class Timer {
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread daemon = new Thread(work, "telemetry-timer");
            daemon.setDaemon(true);
            return daemon;
          });

  /** Runs it for the first time when one interval is over. */
  void every(Duration interval, Runnable work) {
    long nanos = interval.toNanos();
    var unused = thread.scheduleWithFixedDelay(work, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /** Nothing begins after this. */
  void stop() {
    thread.shutdownNow();
  }
}
