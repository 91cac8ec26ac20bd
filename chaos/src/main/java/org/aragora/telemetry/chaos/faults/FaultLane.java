package org.aragora.telemetry.chaos.faults;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.chaos.report.FaultLog;
import org.aragora.telemetry.chaos.settings.FaultKind;

/** Faults one after the other, at random times from a seed, until a deadline. */
public abstract class FaultLane implements Runnable {
  private final List<FaultKind> kinds;
  private final long untilNanos;
  private final int restMs;
  final Random random;
  final FaultLog log;

  /**
   * Part of a run with faults.
   *
   * @param faults kinds to draw from
   */
  public record Stage(Set<FaultKind> faults, long seed, long untilNanos, FaultLog log) {}

  /**
   * Prepares the faults of a stage.
   *
   * @param target of the faults of this lane
   * @param restMs longest time between the end of one fault and the next
   */
  FaultLane(Stage stage, FaultKind.Target target, int restMs) {
    this.kinds = stage.faults().stream().filter(kind -> kind.target() == target).sorted().toList();
    this.random = new Random(stage.seed());
    this.restMs = restMs;
    this.untilNanos = stage.untilNanos();
    this.log = stage.log();
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

  /** Does a fault and, if it has one, its end. */
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
