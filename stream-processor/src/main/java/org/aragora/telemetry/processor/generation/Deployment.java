package org.aragora.telemetry.processor.generation;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.aragora.telemetry.chassis.topics.Refusals;
import org.aragora.telemetry.chassis.topics.TopicAdmin;
import org.aragora.telemetry.chassis.topics.TopicState;
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
 * @param windowsPartitions partitions of the topic of windows
 * @param replicationFactor copies to make of changelogs
 */
record Deployment(
    Generation generation,
    Map<InputTopic, Integer> inputPartitions,
    int metricsPartitions,
    int windowsPartitions,
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
    String generations = Topics.GENERATIONS.under(prefix);
    if (partitions(admin, generations).isEmpty()) {
      throw new InvalidSettingException(TopicRules.missing(generations));
    }
  }

  /**
   * The deployment of a generation whose topics keep the rules.
   *
   * @param topics by their full names
   */
  static Deployment of(
      Generation generation, Map<String, TopicState> topics, Admin admin, ProcessorConfig config)
      throws ExecutionException, InterruptedException {
    String prefix = config.topicPrefix();
    Map<InputTopic, Integer> inputs = new EnumMap<>(InputTopic.class);
    for (InputTopic topic : InputTopic.values()) {
      inputs.put(topic, partitions(topics, topic.under(prefix)));
    }
    int brokers = admin.describeCluster().nodes().get().size();
    return new Deployment(
        generation,
        Map.copyOf(inputs),
        partitions(topics, generation.metrics().under(prefix)),
        partitions(topics, generation.metricsWindows().under(prefix)),
        brokers >= FULL_REPLICATION ? FULL_REPLICATION : -1);
  }

  private static int partitions(Map<String, TopicState> topics, String name) {
    return Objects.requireNonNull(topics.get(name), name).partitions();
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
      throw Refusals.named(e, "Describe", topic);
    }
  }
}
