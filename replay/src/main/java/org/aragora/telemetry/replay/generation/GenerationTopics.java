package org.aragora.telemetry.replay.generation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.aragora.telemetry.chassis.topics.Refusals;
import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Creates, describes and deletes the topics of generations. */
final class GenerationTopics {
  private static final short FULL_REPLICATION = 3;
  private static final Duration GONE_WITHIN = Duration.ofSeconds(30);
  private static final long POLL_MS = 100;

  private final Admin admin;
  private final Service service;

  GenerationTopics(Admin admin, Service service) {
    this.admin = admin;
    this.service = service;
  }

  /** Partition counts of the topics under the prefix and of the application. */
  Map<String, Integer> partitions() throws ExecutionException, InterruptedException {
    Set<String> ours =
        admin.listTopics().names().get().stream()
            .filter(
                name ->
                    name.startsWith(service.topicPrefix())
                        || name.startsWith(service.applicationId()))
            .collect(Collectors.toSet());
    Map<String, Integer> counts = new HashMap<>();
    admin
        .describeTopics(ours)
        .allTopicNames()
        .get()
        .forEach((name, topic) -> counts.put(name, topic.partitions().size()));
    return counts;
  }

  /**
   * Creates the metrics topic of the first free number, from {@code first} on. If two replays try
   * the same number, the cluster creates the topic for one of them.
   */
  Generation reserve(Generation first, int partitions)
      throws ExecutionException, InterruptedException {
    Generation next = first;
    while (true) {
      try {
        create(
            List.of(next.metrics().create(service.topicPrefix(), partitions, outputReplication())));
        return next;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
        next = new Generation(next.number() + 1);
      }
    }
  }

  /** Creates the other topics. {@code inputs}: partitions of each input topic. */
  void createRest(Generation generation, int partitions, Map<InputTopic, Integer> inputs)
      throws ExecutionException, InterruptedException {
    List<NewTopic> topics = new ArrayList<>();
    topics.add(
        generation.metricsWindows().create(service.topicPrefix(), partitions, outputReplication()));
    boolean full = brokers() >= FULL_REPLICATION;
    Map<String, String> settings = new HashMap<>(Changelogs.SETTINGS);
    settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    if (full) {
      settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
    }
    inputs.forEach(
        (topic, count) -> {
          for (Changelogs.Stage stage : Changelogs.Stage.values()) {
            topics.add(
                new NewTopic(
                        changelog(generation, stage, topic), count, full ? FULL_REPLICATION : -1)
                    .configs(settings));
          }
        });
    create(topics);
  }

  String changelog(Generation generation, Changelogs.Stage stage, InputTopic topic) {
    return Changelogs.topic(generation.applicationId(service.applicationId()), stage, topic);
  }

  private void create(List<NewTopic> topics) throws ExecutionException, InterruptedException {
    await(admin.createTopics(topics).values(), "Create");
  }

  /** Waits for all of a request; one that is refused is named. */
  private static void await(Map<String, KafkaFuture<Void>> topics, String operation)
      throws ExecutionException, InterruptedException {
    for (Map.Entry<String, KafkaFuture<Void>> topic : topics.entrySet()) {
      try {
        topic.getValue().get();
      } catch (ExecutionException e) {
        throw Refusals.named(e, operation, topic.getKey());
      }
    }
  }

  private short outputReplication() throws ExecutionException, InterruptedException {
    return brokers() >= FULL_REPLICATION ? FULL_REPLICATION : 1;
  }

  private int brokers() throws ExecutionException, InterruptedException {
    return admin.describeCluster().nodes().get().size();
  }

  /** Deletes the topics and the group of a generation, if they exist. */
  void delete(Generation generation) throws ExecutionException, InterruptedException {
    List<String> names = new ArrayList<>();
    names.add(generation.metrics().under(service.topicPrefix()));
    names.add(generation.metricsWindows().under(service.topicPrefix()));
    for (InputTopic topic : InputTopic.values()) {
      for (Changelogs.Stage stage : Changelogs.Stage.values()) {
        names.add(changelog(generation, stage, topic));
      }
    }
    names.retainAll(admin.listTopics().names().get());
    await(admin.deleteTopics(names).topicNameValues(), "Delete");
    awaitGone(names);
    String group = generation.applicationId(service.applicationId());
    try {
      admin.deleteConsumerGroups(List.of(group)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw Refusals.namedGroup(e, "Delete", group);
      }
    }
  }

  /** Waits for the brokers: the controller acknowledges a deletion before they have seen it. */
  private void awaitGone(List<String> names) throws ExecutionException, InterruptedException {
    List<String> left = new ArrayList<>(names);
    long untilNanos = System.nanoTime() + GONE_WITHIN.toNanos();
    left.retainAll(admin.listTopics().names().get());
    while (!left.isEmpty()) {
      if (System.nanoTime() - untilNanos > 0) {
        throw new ReplayException(
            "The brokers still list %s after %d s; try again."
                .formatted(left, GONE_WITHIN.toSeconds()));
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
      left.retainAll(admin.listTopics().names().get());
    }
  }
}
