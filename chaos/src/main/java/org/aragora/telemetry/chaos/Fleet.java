package org.aragora.telemetry.chaos;

import java.util.ArrayList;
import java.util.List;

/** All processors of a run, running or not. */
final class Fleet implements AutoCloseable {
  private final List<ProcessorInstance> all = new ArrayList<>();
  private final Violations violations;

  Fleet(ChaosSettings settings, String bootstrapServers, Violations violations) {
    this.violations = violations;
    for (int slot = 0; slot < ChaosSettings.PROCESSORS; slot++) {
      all.add(new ProcessorInstance(slot, settings, bootstrapServers));
    }
  }

  List<ProcessorInstance> all() {
    return all;
  }

  List<ProcessorInstance> running() {
    return all.stream().filter(ProcessorInstance::isRunning).toList();
  }

  List<ProcessorInstance> stopped() {
    return all.stream().filter(instance -> !instance.isRunning()).toList();
  }

  /** SIGTERM; one that does not end by itself is a violation. */
  void stop(ProcessorInstance instance) {
    violations.checked(Violations.Check.PROCESSES, 1);
    if (!instance.stop()) {
      violations.add(
          Violations.Check.PROCESSES,
          "processor %d did not stop within 30 s of SIGTERM".formatted(instance.slot()));
    }
  }

  /** Starts it and waits until it is ready; one that does not get ready is a violation. */
  void startReady(ProcessorInstance instance) throws InterruptedException {
    if (!instance.isRunning()) {
      instance.start();
    }
    violations.checked(Violations.Check.PROCESSES, 1);
    if (!instance.awaitReady()) {
      violations.add(
          Violations.Check.PROCESSES,
          "processor %d did not get ready within 180 s; the end of its log:%n%s"
              .formatted(instance.slot(), instance.endOfLog()));
    }
  }

  /** Starts what ended by itself again; that it did is a violation. */
  void checkAlive() {
    for (ProcessorInstance instance : all) {
      violations.checked(Violations.Check.PROCESSES, 1);
      if (!instance.isAsTold()) {
        violations.add(
            Violations.Check.PROCESSES,
            "processor %d ended although nobody told it to; the end of its log:%n%s"
                .formatted(instance.slot(), instance.endOfLog()));
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
