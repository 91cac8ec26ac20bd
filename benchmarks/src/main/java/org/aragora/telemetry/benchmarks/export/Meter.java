package org.aragora.telemetry.benchmarks.export;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Items per second while a run is in full swing: from a tenth of what is to arrive to nine tenths,
 * so that neither joining a group nor waiting for a last batch to fill is in it.
 */
final class Meter {
  private static final long LOOK_MS = 2;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long GIVES_UP_NANOS = TimeUnit.MINUTES.toNanos(5);

  private Meter() {}

  /** Watches until all are there. */
  static double itemsPerSecond(LongSupplier received, long items) throws InterruptedException {
    long begin = System.nanoTime();
    long fromNanos = 0;
    long from = 0;
    long toNanos = 0;
    long to = 0;
    while (true) {
      long now = received.getAsLong();
      long nanos = System.nanoTime();
      if (fromNanos == 0 && now >= items / 10) {
        fromNanos = nanos;
        from = now;
      }
      if (toNanos == 0 && now >= items - items / 10) {
        toNanos = nanos;
        to = now;
      }
      if (now >= items) {
        if (now > items) {
          throw new IllegalStateException(now + " arrived of " + items);
        }
        return (to - from) / ((toNanos - fromNanos) / NANOS_PER_SECOND);
      }
      if (nanos - begin > GIVES_UP_NANOS) {
        throw new IllegalStateException("only " + now + " of " + items + " have arrived");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }
}
