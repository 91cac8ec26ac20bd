package org.aragora.telemetry.chaos.faults;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.aragora.telemetry.chaos.fleet.ProcessorFleet;
import org.aragora.telemetry.chaos.fleet.ProcessorInstance;
import org.aragora.telemetry.chaos.report.FaultLog;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.FaultKind;
import org.aragora.telemetry.schemas.topic.Topics;

/**
 * The last fault of a run: partitions are added to a topic that the processors write. No number can
 * be right from then on, so each must stop and name the topic.
 */
public final class PartitionsAdded {
  private static final long STOP_WITHIN_SECONDS = 90;

  private final ChaosSettings settings;
  private final Admin admin;
  private final ProcessorFleet fleet;
  private final Violations violations;
  private final FaultLog log;

  /** {@code admin}: connected to the cluster. */
  public PartitionsAdded(
      ChaosSettings settings,
      Admin admin,
      ProcessorFleet fleet,
      Violations violations,
      FaultLog log) {
    this.settings = settings;
    this.admin = admin;
    this.fleet = fleet;
    this.violations = violations;
    this.log = log;
  }

  /** Adds the partitions and waits until every processor has stopped. */
  public void inflict() throws InterruptedException, ExecutionException {
    String topic = Topics.METRICS.under(settings.topicPrefix());
    log.began(FaultKind.PARTITIONS_ADDED, topic);
    admin
        .createPartitions(Map.of(topic, NewPartitions.increaseTo(ChaosSettings.PARTITIONS + 1)))
        .all()
        .get();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_WITHIN_SECONDS);
    for (ProcessorInstance instance : fleet.running()) {
      violations.checked(Check.OTHERS, 1);
      String end = instance.end();
      while (end == null && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(200);
        end = instance.end();
      }
      if (end == null) {
        violations.add(
            Check.OTHERS,
            "processor %d runs on with more partitions in %s".formatted(instance.slot(), topic));
      } else if (!end.contains(topic)) {
        violations.add(
            Check.OTHERS,
            "processor %d stopped and did not name %s:%n%s".formatted(instance.slot(), topic, end));
      }
    }
    log.print("every processor was looked at");
  }
}
