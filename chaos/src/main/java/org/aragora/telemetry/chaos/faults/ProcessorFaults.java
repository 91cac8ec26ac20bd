package org.aragora.telemetry.chaos.faults;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.chaos.checks.ScrapeChecker;
import org.aragora.telemetry.chaos.checks.Scraper;
import org.aragora.telemetry.chaos.checks.ServedSeries;
import org.aragora.telemetry.chaos.fleet.ProcessorFleet;
import org.aragora.telemetry.chaos.fleet.ProcessorInstance;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.FaultKind;

/** Faults of processors. */
public final class ProcessorFaults extends FaultLane {
  private static final int REST_MS = 9000;
  private static final int LEAST_RUNNING = 2;
  private static final long TAKEN_OVER_WITHIN_NANOS = 40_000_000_000L;

  private final ProcessorFleet fleet;
  private final Scraper scraper;
  private final ScrapeChecker checker;
  private final Duration minReady;

  /**
   * @param scraper of the fleet
   * @param checker of the fleet
   * @param minReady time from ready to the next restart of a rolling restart
   */
  public ProcessorFaults(
      Stage stage,
      ProcessorFleet fleet,
      Scraper scraper,
      ScrapeChecker checker,
      Duration minReady) {
    super(stage, FaultKind.Target.PROCESSOR, REST_MS);
    this.fleet = fleet;
    this.scraper = scraper;
    this.checker = checker;
    this.minReady = minReady;
  }

  @Override
  void inflict(FaultKind kind) throws InterruptedException {
    synchronized (fleet) { // not while an intruder looks for a live owner
      inflictAlone(kind);
    }
  }

  private void inflictAlone(FaultKind kind) throws InterruptedException {
    fleet.checkAlive();
    switch (kind) {
      case KILL -> kill(oneServing());
      case PAUSE -> pause(kind, oneServing(), sessionMs() + 1500, sessionMs() + 6000);
      case SHORT_PAUSE -> pause(kind, oneServing(), 500, sessionMs() - 1000);
      case RESTART -> restart(oneServing());
      case SCALE_OUT -> scale(!fleet.stopped().isEmpty());
      case SCALE_IN -> scale(fleet.running().size() <= LEAST_RUNNING);
      case ROLLING_RESTART -> roll();
      case CLOCK_STEP -> stepClock(oneServing());
      default -> throw new IllegalArgumentException(kind + " is not a fault of a processor.");
    }
  }

  private static int sessionMs() {
    return (int) ChaosSettings.SESSION_TIMEOUT.toMillis();
  }

  /** Draws one that serves something, if there is one: an idle one loses nothing. */
  private ProcessorInstance oneServing() {
    List<ProcessorInstance> serving =
        fleet.running().stream()
            .filter(instance -> !checker.servedBy(instance.slot()).isEmpty())
            .toList();
    return oneOf(serving.isEmpty() ? fleet.running() : serving);
  }

  private ProcessorInstance oneOf(List<ProcessorInstance> instances) {
    return instances.get(random.nextInt(instances.size()));
  }

  private void kill(ProcessorInstance instance) throws InterruptedException {
    log.began(FaultKind.KILL, "processor " + instance.slot());
    instance.kill();
    sleep(100, 2 * sessionMs());
    instance.start();
  }

  private void pause(FaultKind kind, ProcessorInstance instance, int leastMs, int mostMs)
      throws InterruptedException {
    log.began(kind, "processor " + instance.slot());
    Set<ServedSeries> served = checker.servedBy(instance.slot());
    instance.jvm().pause();
    sleep(leastMs, mostMs);
    if (kind == FaultKind.PAUSE && random.nextBoolean()) {
      awaitTakenOver(instance, served);
    }
    instance.jvm().resume();
    log.print("processor " + instance.slot() + " resumes");
    scraper.scrapeClosely(instance);
  }

  /** Waits for the worst time to resume: another instance has just begun to serve. */
  private void awaitTakenOver(ProcessorInstance paused, Set<ServedSeries> served)
      throws InterruptedException {
    long deadline = System.nanoTime() + TAKEN_OVER_WITHIN_NANOS;
    while (!checker.isServedByOther(paused.slot(), served) && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** Sets the clock of one by up to three hours, and sets it right again. */
  private void stepClock(ProcessorInstance instance) throws InterruptedException {
    int seconds = random.nextInt(60, 3 * 3600) * (random.nextBoolean() ? 1 : -1);
    log.began(FaultKind.CLOCK_STEP, "processor %d by %d s".formatted(instance.slot(), seconds));
    instance.stepClock(seconds);
    sleep(3 * sessionMs(), 5 * sessionMs());
    instance.stepClock(0);
    log.print("the clock of processor " + instance.slot() + " is right again");
  }

  private void restart(ProcessorInstance instance) {
    log.began(FaultKind.RESTART, "processor " + instance.slot());
    fleet.stop(instance);
    instance.start();
  }

  private void scale(boolean out) {
    if (out && !fleet.stopped().isEmpty()) {
      ProcessorInstance instance = oneOf(fleet.stopped());
      log.began(FaultKind.SCALE_OUT, "processor " + instance.slot());
      instance.start();
    } else {
      ProcessorInstance instance = oneOf(fleet.running());
      log.began(FaultKind.SCALE_IN, "processor " + instance.slot());
      fleet.stop(instance);
    }
  }

  private void roll() throws InterruptedException {
    log.began(FaultKind.ROLLING_RESTART, "all " + fleet.running().size() + " processors");
    for (ProcessorInstance instance : fleet.running()) {
      fleet.stop(instance);
      fleet.startReady(instance);
      TimeUnit.MILLISECONDS.sleep(minReady.toMillis());
    }
  }
}
