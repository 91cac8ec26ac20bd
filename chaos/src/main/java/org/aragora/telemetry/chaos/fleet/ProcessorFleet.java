package org.aragora.telemetry.chaos.fleet;

import java.util.ArrayList;
import java.util.List;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.settings.ChaosSettings;

/** All processors of a run, running or not. */
public final class ProcessorFleet implements AutoCloseable {
  private final List<ProcessorInstance> all = new ArrayList<>();
  private final Violations violations;

  /** Prepares the processors; none runs yet. */
  public ProcessorFleet(ChaosSettings settings, String bootstrapServers, Violations violations) {
    this.violations = violations;
    for (int slot = 0; slot < ChaosSettings.PROCESSORS; slot++) {
      all.add(new ProcessorInstance(slot, settings, bootstrapServers));
    }
  }

  /** All processors by slot. */
  public List<ProcessorInstance> all() {
    return all;
  }

  /** Those that were started. */
  public List<ProcessorInstance> running() {
    return all.stream().filter(ProcessorInstance::isRunning).toList();
  }

  /** Those that are down on request. */
  public List<ProcessorInstance> stopped() {
    return all.stream().filter(instance -> !instance.isRunning()).toList();
  }

  /** Stops one with SIGTERM; if it does not end in time, that is a violation. */
  public void stop(ProcessorInstance instance) {
    violations.checked(Violations.Check.PROCESSES, 1);
    if (!instance.stop()) {
      violations.add(
          Violations.Check.PROCESSES,
          "processor %d did not stop within 30 s of SIGTERM".formatted(instance.slot()));
    }
  }

  /** Starts one and waits until it is ready; if it does not get ready, that is a violation. */
  public void startReady(ProcessorInstance instance) throws InterruptedException {
    if (!instance.isRunning()) {
      instance.start();
    }
    violations.checked(Violations.Check.PROCESSES, 1);
    if (!instance.awaitReady()) {
      violations.add(
          Violations.Check.PROCESSES,
          "processor %d did not get ready within 180 s; the end of its log:%n%s"
              .formatted(instance.slot(), instance.jvm().endOfLog()));
    }
  }

  /** Waits until every processor that was started is ready. */
  public void awaitReady() throws InterruptedException {
    for (ProcessorInstance instance : running()) {
      startReady(instance);
    }
  }

  /** Starts again what ended unasked; each such end is a violation. */
  public void checkAlive() {
    for (ProcessorInstance instance : all) {
      violations.checked(Violations.Check.PROCESSES, 1);
      if (!instance.isAsRequested()) {
        violations.add(
            Violations.Check.PROCESSES,
            "processor %d ended unasked; the end of its log:%n%s"
                .formatted(instance.slot(), instance.jvm().endOfLog()));
        instance.kill();
        instance.start();
      }
    }
  }

  @Override
  public void close() {
    all.parallelStream().forEach(ProcessorInstance::kill);
  }
}
