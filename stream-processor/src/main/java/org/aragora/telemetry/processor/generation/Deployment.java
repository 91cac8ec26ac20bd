package org.aragora.telemetry.processor.generation;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.aragora.telemetry.chassis.topics.TopicAdmin;
import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of this service in the cluster.
 *
 * @param generation that the service counts into
 * @param inputPartitions partitions of each input topic
 * @param metricsPartitions partitions of the metrics topic
 * @param replicationFactor copies to make of changelogs
 */
record Deployment(
    Generation generation,
    Map<InputTopic, Integer> inputPartitions,
    int metricsPartitions,
    int replicationFactor) {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
  private static final int FULL_REPLICATION = 3;

  /**
   * Creates the missing topics, if the settings allow it.
   *
   * @throws InvalidSettingException if the topic of the generations is missing
   */
  static void createTopics(Admin admin, ProcessorConfig config)
      throws ExecutionException, InterruptedException {
    String prefix = config.topicPrefix();
    if (config.createTopics()) {
      for (TopicAdmin.Report report :
          new TopicAdmin(admin)
              .create(new TopicAdmin.Plan(prefix, config.partitions(), OptionalInt.empty()))) {
        switch (report.outcome()) {
          case EXISTS -> LOG.debug(report.sentence());
          case CREATED -> LOG.info(report.sentence());
          case DIFFERS -> LOG.warn(report.sentence());
        }
      }
    }
    required(admin, Topics.GENERATIONS.under(prefix));
  }

  /**
   * Reads the topics of a generation.
   *
   * @throws InvalidSettingException if a topic is missing, or if the partition count of an input
   *     topic has changed since it was counted
   */
  static Deployment of(Generation generation, Admin admin, ProcessorConfig config)
      throws ExecutionException, InterruptedException {
    String prefix = config.topicPrefix();
    Map<InputTopic, Integer> inputs = new EnumMap<>(InputTopic.class);
    for (InputTopic topic : InputTopic.values()) {
      int partitions = required(admin, topic.under(prefix));
      checkPartitions(admin, config, generation, topic, partitions);
      inputs.put(topic, partitions);
    }
    int brokers = admin.describeCluster().nodes().get().size();
    required(admin, generation.metricsWindows().under(prefix));
    return new Deployment(
        generation,
        Map.copyOf(inputs),
        required(admin, generation.metrics().under(prefix)),
        brokers >= FULL_REPLICATION ? FULL_REPLICATION : -1);
  }

  /** Every input partition, by its topic partition. */
  Map<TopicPartition, InputPartition> inputs(String topicPrefix) {
    Map<TopicPartition, InputPartition> inputs = new HashMap<>();
    inputPartitions.forEach(
        (topic, count) -> {
          for (int i = 0; i < count; i++) {
            inputs.put(
                new TopicPartition(topic.under(topicPrefix), i), new InputPartition(topic, i));
          }
        });
    return inputs;
  }

  private static int required(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    return partitions(admin, topic)
        .orElseThrow(
            () ->
                new InvalidSettingException(
                    "topic %s is missing; run 'bin/telemetry topics create', or set ARAGORA_TELEMETRY_CREATE_TOPICS=true"
                        .formatted(topic)));
  }

  /** Totals belong to an input partition, so they cannot continue with another partition count. */
  private static void checkPartitions(
      Admin admin, ProcessorConfig config, Generation generation, InputTopic topic, int partitions)
      throws ExecutionException, InterruptedException {
    for (Changelogs.Stage stage : Changelogs.Stage.values()) {
      String store =
          Changelogs.topic(generation.applicationId(config.applicationId()), stage, topic);
      OptionalInt counted = partitions(admin, store);
      if (counted.isPresent() && counted.getAsInt() != partitions) {
        throw new InvalidSettingException(
            "%s has %d partitions but was counted with %d (changelog %s); the number is fixed for a generation: run 'bin/telemetry replay --output generation' to count again from the topics, then 'replay promote'"
                .formatted(
                    topic.under(config.topicPrefix()), partitions, counted.getAsInt(), store));
      }
    }
  }

  /** The partition count of a topic; empty if it does not exist. */
  static OptionalInt partitions(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    KafkaFuture<TopicDescription> description =
        admin.describeTopics(List.of(topic)).topicNameValues().get(topic);
    try {
      return description == null
          ? OptionalInt.empty()
          : OptionalInt.of(description.get().partitions().size());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return OptionalInt.empty();
      }
      throw e;
    }
  }
}
