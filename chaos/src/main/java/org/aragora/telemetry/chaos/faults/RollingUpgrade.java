package org.aragora.telemetry.chaos.faults;

import java.util.List;
import java.util.Random;
import org.aragora.telemetry.chaos.checks.ScrapeChecker;
import org.aragora.telemetry.chaos.fleet.ProcessorBuild;
import org.aragora.telemetry.chaos.fleet.ProcessorFleet;
import org.aragora.telemetry.chaos.fleet.ProcessorInstance;
import org.aragora.telemetry.chaos.report.FaultLog;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.chaos.settings.FaultKind;

/**
 * Replacement of every processor of an old build by one of the new build, one step after the other.
 * In between one goes back to the old build for a step.
 */
public final class RollingUpgrade {

  /** One instance changes its build. */
  private record Step(int slot, boolean isNew) {}

  private static final List<Step> STEPS =
      List.of(
          new Step(0, true),
          new Step(1, true),
          new Step(1, false),
          new Step(2, true),
          new Step(1, true));

  private final ProcessorBuild oldBuild;
  private final ProcessorFleet fleet;
  private final FaultLog log;
  private final Random random;
  private final boolean[] isNew;
  private boolean bothServed;

  /** Prepares it: every processor will start with the old build. */
  public RollingUpgrade(ProcessorBuild oldBuild, ProcessorFleet fleet, long seed, FaultLog log) {
    this.oldBuild = oldBuild;
    this.fleet = fleet;
    this.log = log;
    this.random = new Random(seed);
    this.isNew = new boolean[fleet.all().size()];
    fleet.all().forEach(instance -> instance.use(oldBuild));
  }

  /** Number of steps. */
  public int steps() {
    return STEPS.size();
  }

  /** Replaces one process, after SIGTERM or, now and then, SIGKILL; returns when it is ready. */
  public void step(int number) throws InterruptedException {
    Step step = STEPS.get(number);
    ProcessorInstance instance = fleet.all().get(step.slot());
    ProcessorBuild build = step.isNew() ? ProcessorBuild.own() : oldBuild;
    boolean killed = random.nextInt(3) == 0;
    log.began(
        killed ? FaultKind.KILL : FaultKind.RESTART,
        "processor %d becomes %s".formatted(step.slot(), build.name()));
    if (killed) {
      instance.kill();
    } else {
      fleet.stop(instance);
    }
    instance.use(build);
    isNew[step.slot()] = step.isNew();
    fleet.startReady(instance);
  }

  /** Prints the number of series of each processor. */
  public void printServed(ScrapeChecker checker) {
    boolean oldServes = false;
    boolean newServes = false;
    for (ProcessorInstance instance : fleet.all()) {
      int series = checker.servedBy(instance.slot()).size();
      oldServes |= series > 0 && !isNew[instance.slot()];
      newServes |= series > 0 && isNew[instance.slot()];
      log.print(
          "processor %d (%s) serves %d series"
              .formatted(instance.slot(), isNew[instance.slot()] ? "new" : "old", series));
    }
    bothServed |= oldServes && newServes;
  }

  /** Adds a violation if both versions never served at the same time. */
  public void finish(Violations violations) {
    violations.checked(Check.PROCESSES, 1);
    if (!bothServed) {
      violations.add(Check.PROCESSES, "the two versions never served at the same time");
    }
  }
}
