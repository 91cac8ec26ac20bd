package org.aragora.telemetry.processor.generation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chassis.topics.ConsumerGroups;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last owner that announced itself in the first partition of a metrics topic. That partition
 * exists whatever became of the number of partitions, and a service owns all of them.
 */
final class LastOwner {
  private static final Logger LOG = LoggerFactory.getLogger(LastOwner.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ProcessorConfig config;
  private final Deployment deployment;
  private final Admin admin;

  LastOwner(ProcessorConfig config, Deployment deployment, Admin admin) {
    this.config = config;
    this.deployment = deployment;
    this.admin = admin;
  }

  /**
   * Sentence to refuse with; empty if this service may count into the topic.
   *
   * @param emptyFor time for which the group of another owner must have no member
   */
  Optional<String> refusal(Duration emptyFor)
      throws ExecutionException, InterruptedException, TimeoutException {
    String topic = deployment.generation().metrics().under(config.topicPrefix());
    OwnerValue last = read(topic);
    if (last == null) {
      return Optional.empty();
    }
    if (last.partitions() != deployment.metricsPartitions()) {
      return Optional.of(
          TopicRules.partitionsChanged(topic, last.partitions(), deployment.metricsPartitions()));
    }
    OwnerValue.Service service = last.service().orElse(null);
    if (service == null) {
      return Optional.empty(); // of an earlier release
    }
    Generation generation = deployment.generation();
    if (!service.applicationId().equals(generation.applicationId(config.applicationId()))) {
      return refusalOfOther(topic, service, emptyFor);
    }
    if (service.windowsPartitions() != deployment.windowsPartitions()) {
      return Optional.of(
          TopicRules.partitionsChanged(
              generation.metricsWindows().under(config.topicPrefix()),
              service.windowsPartitions(),
              deployment.windowsPartitions()));
    }
    return deployment.inputPartitions().entrySet().stream()
        .filter(
            input ->
                !service
                    .inputPartitions()
                    .getOrDefault(input.getKey(), input.getValue())
                    .equals(input.getValue()))
        .map(
            input ->
                TopicRules.partitionsChanged(
                    input.getKey().under(config.topicPrefix()),
                    service.inputPartitions().getOrDefault(input.getKey(), 0),
                    input.getValue()))
        .findFirst();
  }

  /**
   * An owner is live while its group has members. The group of a single process is empty while that
   * comes back into it.
   */
  private Optional<String> refusalOfOther(String topic, OwnerValue.Service owner, Duration emptyFor)
      throws ExecutionException, InterruptedException, TimeoutException {
    ConsumerGroups groups = new ConsumerGroups(admin);
    long untilNanos = System.nanoTime() + emptyFor.toNanos();
    List<ConsumerGroups.Member> members = groups.members(owner.applicationId());
    while (members.isEmpty() && System.nanoTime() - untilNanos < 0) {
      TimeUnit.SECONDS.sleep(1);
      members = groups.members(owner.applicationId());
    }
    if (members.isEmpty()) {
      LOG.warn(
          "{} was counted by application id {} before, which has no member now; {} goes on from"
              + " its own committed offsets",
          topic,
          owner.applicationId(),
          config.applicationId());
      return Optional.empty();
    }
    return Optional.of(
        "topic %s is counted by application id %s (%s), so %s does not start: two services would overwrite each other's totals; set ARAGORA_TELEMETRY_APPLICATION_ID to that id to join it, or another ARAGORA_TELEMETRY_TOPIC_PREFIX"
            .formatted(topic, owner.applicationId(), members, config.applicationId()));
  }

  private @Nullable OwnerValue read(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    byte[] key = new MetricsKey.Owner(0).toBytes();
    OwnerValue last = null;
    Consumer<byte[], byte[]> consumer = CommittedLedgers.consumer(config, "owner");
    try {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long untilNanos = System.nanoTime() + PATIENCE.toNanos();
      Map<TopicPartition, Long> end = consumer.endOffsets(List.of(partition), PATIENCE);
      while (consumer.position(partition, PATIENCE) < end.getOrDefault(partition, 0L)) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.value() != null && java.util.Arrays.equals(record.key(), key)) {
            last = OwnerValue.fromBytes(record.value());
          }
        }
        if (System.nanoTime() - untilNanos > 0) {
          throw new org.apache.kafka.common.errors.TimeoutException(
              partition + " could not be read to its end in time");
        }
      }
      return last;
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
