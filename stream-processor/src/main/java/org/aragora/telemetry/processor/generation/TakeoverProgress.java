package org.aragora.telemetry.processor.generation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chassis.topics.ConsumerGroups;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.Generations;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.health.OffsetWatch;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.jspecify.annotations.Nullable;

/**
 * Holds a generation back until it has counted everything that the others served. Created when no
 * member counts into another generation, so the offsets to reach are final.
 */
final class TakeoverProgress implements Handover, AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final Map<InputPartition, Long> parked = new HashMap<>();
  private final Map<InputPartition, Long> served = new HashMap<>();
  private final Map<InputPartition, Long> ends = new HashMap<>();
  private final @Nullable CommittedLedgers own;
  private volatile boolean caughtUp;

  /** Reads the offsets that the others reached. */
  TakeoverProgress(
      Generations generations, Deployment deployment, ProcessorConfig config, Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    ConsumerGroups groups = new ConsumerGroups(admin);
    Map<TopicPartition, InputPartition> inputs = deployment.inputs(config.topicPrefix());
    for (Generation other : generations.others()) {
      groups
          .committed(other.applicationId(config.applicationId()))
          .forEach(
              (partition, offset) -> {
                InputPartition input = inputs.get(partition);
                // The group reads its own metrics topic too.
                if (input != null) {
                  parked.merge(input, offset, Math::max);
                }
              });
      CommittedLedgers.readAll(config, other, admin)
          .forEach((input, ledger) -> served.merge(input, ledger.nextOffset(), Math::max));
    }
    served.keySet().retainAll(inputs.values());
    if (!parked.isEmpty()) {
      OffsetWatch.offsets(admin, inputs.keySet(), OffsetSpec.latest(), TIMEOUT)
          .forEach((partition, end) -> ends.put(inputs.get(partition), end));
    }
    caughtUp = served.isEmpty();
    own =
        caughtUp
            ? null
            : new CommittedLedgers(
                config, generations.current().metrics(), deployment.metricsPartitions());
  }

  /** Reads the ledgers of this generation until it has caught up; for one thread. */
  void refresh() {
    if (own != null && !caughtUp) {
      Map<InputPartition, Ledger> ledgers = own.read(Duration.ofMillis(100));
      caughtUp = hasReached(served, ledgers);
      if (caughtUp) {
        own.close();
      }
    }
  }

  /** Returns true if the ledgers contain everything before the given offsets. */
  static boolean hasReached(
      Map<InputPartition, Long> offsets, Map<InputPartition, Ledger> ledgers) {
    return offsets.entrySet().stream()
        .allMatch(
            least -> {
              Ledger ledger = ledgers.get(least.getKey());
              return ledger != null && ledger.nextOffset() >= least.getValue();
            });
  }

  @Override
  public long deadLettersBefore(InputPartition partition) {
    return parked.getOrDefault(partition, 0L);
  }

  @Override
  public long servedBefore(InputPartition partition) {
    return served.getOrDefault(partition, 0L);
  }

  @Override
  public long endBefore(InputPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  @Override
  public boolean isCaughtUp() {
    return caughtUp;
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
