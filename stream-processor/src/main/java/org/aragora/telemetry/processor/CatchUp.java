package org.aragora.telemetry.processor;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.GenerationGroups;
import org.aragora.telemetry.counting.generation.Generations;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Holds a generation back until it has counted everything that was served of the others. Made when
 * nobody counts into another one any more, so what it holds does not move.
 */
final class CatchUp implements Handover, AutoCloseable {
  private static final long TIMEOUT_SECONDS = 15;

  private final Map<InputPartition, Long> parked;
  private final Map<InputPartition, Long> served;
  private final Map<InputPartition, Long> ends;
  private final @Nullable LedgerReader own;
  private volatile boolean caughtUp;

  private CatchUp(
      Map<InputPartition, Long> parked,
      Map<InputPartition, Long> served,
      Map<InputPartition, Long> ends,
      @Nullable LedgerReader own) {
    this.parked = Map.copyOf(parked);
    this.served = Map.copyOf(served);
    this.ends = Map.copyOf(ends);
    this.own = own;
    this.caughtUp = served.isEmpty();
  }

  /** Asks how far the others came. */
  static CatchUp after(
      Generations generations, Deployment deployment, ProcessorConfig config, Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<InputPartition, Long> parked = new java.util.HashMap<>();
    Map<InputPartition, Long> served = new java.util.HashMap<>();
    GenerationGroups groups =
        new GenerationGroups(admin, config.applicationId(), config.topicPrefix());
    for (Generation other : generations.others()) {
      groups
          .committed(other)
          .forEach(
              (input, offset) -> {
                if (isThere(input, deployment)) {
                  parked.merge(input, offset, Math::max);
                }
              });
      LedgerReader.readAll(config, other, admin)
          .forEach(
              (input, ledger) -> {
                if (isThere(input, deployment)) {
                  served.merge(input, ledger.nextOffset(), Math::max);
                }
              });
    }
    return new CatchUp(
        parked,
        served,
        parked.isEmpty() ? Map.of() : ends(deployment, config.topicPrefix(), admin),
        served.isEmpty()
            ? null
            : new LedgerReader(
                config, generations.current().metrics(), deployment.metricsPartitions()));
  }

  private static @Nullable InputPartition input(TopicPartition of, String topicPrefix) {
    InputTopic topic = InputTopic.byName(topicPrefix, of.topic());
    return topic == null ? null : new InputPartition(topic, of.partition());
  }

  private static boolean isThere(InputPartition input, Deployment deployment) {
    return input.partition() < deployment.inputPartitions().getOrDefault(input.topic(), 0);
  }

  private static Map<InputPartition, Long> ends(
      Deployment deployment, String topicPrefix, Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetSpec> question = new java.util.HashMap<>();
    deployment
        .inputPartitions()
        .forEach(
            (topic, count) -> {
              for (int i = 0; i < count; i++) {
                question.put(new TopicPartition(topic.under(topicPrefix), i), OffsetSpec.latest());
              }
            });
    Map<InputPartition, Long> ends = new java.util.HashMap<>();
    admin
        .listOffsets(question, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
        .all()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .forEach(
            (partition, end) -> {
              InputPartition input = input(partition, topicPrefix);
              if (input != null) {
                ends.put(input, end.offset());
              }
            });
    return ends;
  }

  /** Reads on in the ledgers of this generation until it has caught up; for one thread. */
  void look() {
    if (own != null && !caughtUp) {
      var ledgers = own.read(Duration.ofMillis(100));
      caughtUp =
          served.entrySet().stream()
              .allMatch(
                  least -> {
                    var ledger = ledgers.get(least.getKey());
                    return ledger != null && ledger.nextOffset() >= least.getValue();
                  });
      if (caughtUp) {
        own.close();
      }
    }
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
