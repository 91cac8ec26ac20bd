package org.aragora.telemetry.producer;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs something at the start and then once an interval, on a daemon thread. */
final class Heartbeats {
  private final @Nullable ScheduledExecutorService timer;

  private Heartbeats(@Nullable ScheduledExecutorService timer) {
    this.timer = timer;
  }

  /** Beats now and at every interval; never with an interval of zero. */
  static Heartbeats start(Duration interval, Runnable beat) {
    if (interval.isZero()) {
      return new Heartbeats(null);
    }
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "telemetry-heartbeat");
              thread.setDaemon(true);
              return thread;
            });
    beat.run();
    long nanos = interval.toNanos();
    var unused = timer.scheduleAtFixedRate(beat, nanos, nanos, TimeUnit.NANOSECONDS);
    return new Heartbeats(timer);
  }

  /** Whether there are any. */
  boolean isOn() {
    return timer != null;
  }

  /** No beat begins after this. */
  void stop() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
