package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pause before a batch is sent again: doubled with every attempt up to a limit, jittered over
 * its upper half so that exporters do not return in step, and never shorter than the backend asked.
 */
final class Backoff {

  /** A backend that asks for more than this is asked again anyway. */
  private static final Duration LONGEST_WISH = Duration.ofMinutes(10);

  private final Duration base;
  private final Duration max;
  private final RandomGenerator random;

  Backoff(Duration base, Duration max, RandomGenerator random) {
    this.base = base;
    this.max = max;
    this.random = random;
  }

  /** Nanoseconds to wait after the given number of failed attempts, 1 or more. */
  long nanosAfter(int attempts, Duration retryAfter) {
    long ceiling = max.toNanos();
    int doublings = Math.min(attempts - 1, 20);
    long full = Math.min(ceiling, base.toNanos() << doublings);
    if (full <= 0) {
      full = ceiling;
    }
    long jittered = full / 2 + random.nextLong(full / 2 + 1);
    Duration wish = retryAfter.compareTo(LONGEST_WISH) > 0 ? LONGEST_WISH : retryAfter;
    return Math.max(jittered, wish.toNanos());
  }
}
