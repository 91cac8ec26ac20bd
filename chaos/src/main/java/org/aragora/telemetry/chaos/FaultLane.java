package org.aragora.telemetry.chaos;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Does one fault after the other, at random moments drawn from a seed, until a deadline. */
abstract class FaultLane implements Runnable {
  private final List<FaultKind> kinds;
  private final long untilNanos;
  private final int restMs;
  final Random random;
  final FaultLog log;

  /**
   * @param kinds what is drawn from
   * @param restMs longest time between the end of one fault and the next
   */
  FaultLane(List<FaultKind> kinds, long seed, int restMs, long untilNanos, FaultLog log) {
    this.kinds = kinds;
    this.random = new Random(seed);
    this.restMs = restMs;
    this.untilNanos = untilNanos;
    this.log = log;
  }

  @Override
  public final void run() {
    try {
      while (!kinds.isEmpty() && sleepWithin(random.nextInt(restMs / 4, restMs))) {
        inflict(kinds.get(random.nextInt(kinds.size())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does it and, where it has one, its end. */
  abstract void inflict(FaultKind kind) throws InterruptedException;

  /** Sleeps between two bounds in milliseconds. */
  final void sleep(int leastMs, int mostMs) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(leastMs, mostMs));
  }

  private boolean sleepWithin(int ms) throws InterruptedException {
    long nanos = Math.min(TimeUnit.MILLISECONDS.toNanos(ms), untilNanos - System.nanoTime());
    TimeUnit.NANOSECONDS.sleep(Math.max(0, nanos));
    return System.nanoTime() < untilNanos;
  }
}
