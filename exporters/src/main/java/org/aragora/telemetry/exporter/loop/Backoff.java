package org.aragora.telemetry.exporter.loop;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pause before the next attempt: doubled with every attempt up to a maximum, and jittered over its
 * upper half so that exporters do not return in step. Never shorter than the backend asked for.
 */
final class Backoff {

  /** Longest pause that a backend can ask for. */
  private static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(10);

  private final Duration base;
  private final Duration max;
  private final RandomGenerator random;

  Backoff(Duration base, Duration max, RandomGenerator random) {
    this.base = base;
    this.max = max;
    this.random = random;
  }

  static Backoff of(LoopSettings settings) {
    return new Backoff(settings.retryBase(), settings.retryMax(), RandomGenerator.getDefault());
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
    Duration floor = retryAfter.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : retryAfter;
    return Math.max(jittered, floor.toNanos());
  }
}
