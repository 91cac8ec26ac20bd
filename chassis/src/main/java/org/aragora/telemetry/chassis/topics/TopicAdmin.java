package org.aragora.telemetry.chassis.topics;

import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.TopicSpec;
import org.aragora.telemetry.schemas.topic.Topics;

/**
 * Creates the topics of the pipeline and reports the differences of those that exist. It never
 * changes or deletes a topic, so it can run again at any time.
 */
public final class TopicAdmin {

  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(60);
  private static final int LOOK_AGAIN_MS = 20;

  private final Admin admin;

  /** Works over a client that stays the caller's to close. */
  public TopicAdmin(Admin admin) {
    this.admin = admin;
  }

  /**
   * Plan for the topics of a deployment.
   *
   * @param prefix of every name
   * @param partitions of the topics that scale with the load
   * @param replicationFactor copies of each partition; empty: 3 if the cluster has three brokers or
   *     more, else 1
   */
  public record Plan(String prefix, int partitions, OptionalInt replicationFactor) {}

  /** Result for one topic. */
  public enum Outcome {
    /** It was not there and is now. */
    CREATED,
    /** It was there as it should be. */
    EXISTS,
    /** It was there and is not as it would be created; nothing was changed. */
    DIFFERS
  }

  /**
   * Result for one topic, with its reason.
   *
   * @param sentence for a person
   * @param breaksTheAccount true if the difference makes counts depend on the producers' clocks
   */
  public record Report(String topic, Outcome outcome, String sentence, boolean breaksTheAccount) {}

  /**
   * Creates what is not there.
   *
   * @return one report per topic, in the order of {@link Topics#all()}
   * @throws ExecutionException if the cluster does not answer or refuses; the cause has the reason
   */
  public List<Report> create(Plan plan) throws ExecutionException, InterruptedException {
    short replicas =
        plan.replicationFactor().isPresent()
            ? (short) plan.replicationFactor().getAsInt()
            : defaultReplicationFactor();
    Map<String, TopicDescription> present = describe(plan.prefix());
    List<Report> reports = new ArrayList<>();
    for (TopicSpec spec : Topics.all()) {
      String name = spec.under(plan.prefix());
      TopicDescription topic = present.get(name);
      if (topic == null && createOne(spec, plan, replicas)) {
        awaitVisible(name);
        reports.add(created(spec, plan, replicas));
      } else {
        reports.add(compare(spec, plan, topic != null ? topic : awaitVisible(name)));
      }
    }
    return List.copyOf(reports);
  }

  /**
   * Compares every topic with the plan; changes nothing.
   *
   * @return one report per topic, in the order of {@link Topics#all()}; a topic that is not there
   *     differs
   * @throws ExecutionException if the cluster does not answer or refuses; the cause has the reason
   */
  public List<Report> check(Plan plan) throws ExecutionException, InterruptedException {
    Map<String, TopicDescription> present = describe(plan.prefix());
    List<Report> reports = new ArrayList<>();
    for (TopicSpec spec : Topics.all()) {
      String name = spec.under(plan.prefix());
      TopicDescription topic = present.get(name);
      reports.add(
          topic == null
              ? new Report(name, Outcome.DIFFERS, name + " does not exist.", false)
              : compare(spec, plan, topic));
    }
    return List.copyOf(reports);
  }

  private short defaultReplicationFactor() throws ExecutionException, InterruptedException {
    return (short) (admin.describeCluster().nodes().get().size() >= 3 ? 3 : 1);
  }

  private boolean createOne(TopicSpec spec, Plan plan, short replicas)
      throws ExecutionException, InterruptedException {
    try {
      admin
          .createTopics(List.of(spec.create(plan.prefix(), plan.partitions(), replicas)))
          .all()
          .get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw Refusals.named(e, "Create", spec.under(plan.prefix()));
    }
  }

  private Map<String, TopicDescription> describe(String prefix)
      throws ExecutionException, InterruptedException {
    List<String> names = Topics.all().stream().map(spec -> spec.under(prefix)).toList();
    Map<String, TopicDescription> present = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> entry :
        admin.describeTopics(names).topicNameValues().entrySet()) {
      try {
        present.put(entry.getKey(), entry.getValue().get());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw Refusals.named(e, "Describe", entry.getKey());
        }
      }
    }
    return present;
  }

  private static Report created(TopicSpec spec, Plan plan, short replicas) {
    String name = spec.under(plan.prefix());
    return new Report(
        name,
        Outcome.CREATED,
        name
            + " was created with "
            + spec.partitions(plan.partitions())
            + " partitions, replication factor "
            + replicas
            + ".",
        false);
  }

  /**
   * Returns the topic once a broker serves it. The controller acknowledges a new topic before the
   * brokers have its metadata, and a client that starts right then finds no such topic.
   */
  private TopicDescription awaitVisible(String name)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    while (true) {
      try {
        return admin.describeTopics(List.of(name)).allTopicNames().get().values().iterator().next();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > deadline) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
      }
    }
  }

  private Report compare(TopicSpec spec, Plan plan, TopicDescription topic)
      throws ExecutionException, InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    Config config = config(resource);
    int replicas = topic.partitions().get(0).replicas().size();

    List<String> differences = new ArrayList<>();
    int partitions = topic.partitions().size();
    if (partitions != spec.partitions(plan.partitions())) {
      differences.add(partitions + " partitions, not " + spec.partitions(plan.partitions()));
    }
    if (plan.replicationFactor().isPresent() && replicas != plan.replicationFactor().getAsInt()) {
      differences.add(
          "replication factor " + replicas + ", not " + plan.replicationFactor().getAsInt());
    }
    boolean breaksTheAccount = false;
    for (Map.Entry<String, String> wanted : new TreeMap<>(spec.settings(replicas)).entrySet()) {
      ConfigEntry entry = config.get(wanted.getKey());
      String found = entry == null ? "unset" : String.valueOf(entry.value());
      if (!found.equals(wanted.getValue())) {
        differences.add(wanted.getKey() + "=" + found + ", not " + wanted.getValue());
        breaksTheAccount |= wanted.getKey().equals(MESSAGE_TIMESTAMP_TYPE_CONFIG) && isInput(spec);
      }
    }
    return differences.isEmpty()
        ? new Report(topic.name(), Outcome.EXISTS, topic.name() + " exists as it should be.", false)
        : differs(topic.name(), differences, breaksTheAccount);
  }

  private Config config(ConfigResource resource) throws ExecutionException, InterruptedException {
    try {
      return admin.describeConfigs(List.of(resource)).all().get().values().iterator().next();
    } catch (ExecutionException e) {
      throw Refusals.named(e, "DescribeConfigs", resource.name());
    }
  }

  private static boolean isInput(TopicSpec spec) {
    return Arrays.stream(InputTopic.values())
        .anyMatch(topic -> topic.suffix().equals(spec.suffix()));
  }

  private static Report differs(String name, List<String> differences, boolean breaksTheAccount) {
    String sentence =
        name + " exists and was left as it is; it has " + String.join("; ", differences) + ".";
    if (breaksTheAccount) {
      sentence +=
          " Without "
              + MESSAGE_TIMESTAMP_TYPE_CONFIG
              + "="
              + Topics.APPEND_TIME
              + " the producers' clocks decide what is a duplicate and when a debate has timed"
              + " out; set it with kafka-configs --alter.";
    }
    return new Report(name, Outcome.DIFFERS, sentence, breaksTheAccount);
  }
}
