package org.aragora.telemetry.processor.generation;

import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.aragora.telemetry.chassis.topics.ConsumerGroups;
import org.aragora.telemetry.chassis.topics.RecordSize;
import org.aragora.telemetry.chassis.topics.TopicState;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the topics of a generation with its rules and with what they were at the start. {@link
 * #refresh} is for one thread, the rest for any.
 */
final class TopicWatch {
  private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);
  private static final long TIMEOUT_SECONDS = 15;

  private final Admin admin;
  private final TopicRules rules;
  private final boolean mayAlter;
  private final String deadLetters;
  private final String group;
  private final Map<String, TopicState> counted = new HashMap<>();
  private volatile int deadLetterRoom = RecordSize.room(Topics.MAX_MESSAGE_BYTES);
  private @Nullable String lastViolation;

  TopicWatch(Generation generation, ProcessorConfig config, Admin admin) {
    this.admin = admin;
    this.rules = new TopicRules(generation, config);
    this.mayAlter = config.createTopics();
    this.group = generation.applicationId(config.applicationId());
    this.deadLetters = Topics.DEAD_LETTERS.under(config.topicPrefix());
  }

  TopicRules rules() {
    return rules;
  }

  /**
   * Reads the topics for the first time, and gives our own the settings that they are created with
   * today, if the settings allow it.
   *
   * @return the topics by their full names
   * @throws InvalidSettingException if they break a rule
   */
  Map<String, TopicState> start()
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicState> topics = read();
    Optional<String> violation = rules.violation(topics);
    if (violation.isEmpty()) {
      violation = lostChangelog(topics);
    }
    if (violation.isPresent()) {
      throw new InvalidSettingException(violation.get());
    }
    counted.putAll(topics);
    List<String> unknown =
        topics.entrySet().stream()
            .filter(topic -> topic.getValue().settings().isEmpty())
            .map(Map.Entry::getKey)
            .toList();
    if (!unknown.isEmpty()) {
      LOG.warn("The settings of {} are not checked: the ACL DescribeConfigs is missing", unknown);
    }
    return topics;
  }

  /** A group that has committed and has no changelog would begin at 0 in the midst of its input. */
  private Optional<String> lostChangelog(Map<String, TopicState> topics)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<String> missing =
        rules.topics().stream()
            .filter(rules::isChangelog)
            .filter(name -> !topics.containsKey(name))
            .toList();
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    Set<String> read = new HashSet<>();
    new ConsumerGroups(admin)
        .committed(group)
        .forEach(
            (partition, offset) -> {
              if (offset > 0) {
                read.add(partition.topic());
              }
            });
    return missing.stream()
        .filter(name -> read.contains(rules.inputOf(name)))
        .map(TopicWatch::lost)
        .findFirst();
  }

  private static String lost(String changelog) {
    return "topic %s, which keeps what was counted, was deleted; run 'bin/telemetry replay --output generation' to count again from the topics, then 'replay promote'"
        .formatted(changelog);
  }

  /**
   * Reads the topics again. A difference counts if two reads in a row show it, because a broker
   * that starts may report old metadata.
   *
   * @return the sentence to stop with; empty if nothing has changed that matters
   */
  Optional<String> refresh() throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicState> topics = read();
    Optional<String> violation = rules.violation(topics).or(() -> difference(topics));
    boolean seenTwice = violation.isPresent() && violation.get().equals(lastViolation);
    lastViolation = violation.orElse(null);
    if (violation.isEmpty()) {
      topics.forEach(counted::putIfAbsent); // changelogs are created after the start
    }
    return seenTwice ? violation : Optional.empty();
  }

  private Optional<String> difference(Map<String, TopicState> topics) {
    for (Map.Entry<String, TopicState> before : counted.entrySet()) {
      String name = before.getKey();
      TopicState now = topics.get(name);
      if (now == null) {
        return Optional.of(lost(name)); // every other topic must exist by the rules
      }
      if (!now.id().equals(before.getValue().id())) {
        return Optional.of(
            "topic %s was deleted and made again while it was used; its offsets begin again, so counting cannot go on from here: run 'bin/telemetry replay --output generation' to count again from the topics, then 'replay promote'"
                .formatted(name));
      }
      if (now.partitions() != before.getValue().partitions() && !name.equals(deadLetters)) {
        return Optional.of(
            TopicRules.partitionsChanged(name, before.getValue().partitions(), now.partitions()));
      }
    }
    return Optional.empty();
  }

  private Map<String, TopicState> read()
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicState> topics = TopicState.read(admin, rules.topics());
    List<String> old = rules.ownTopics().stream().filter(name -> isOld(topics.get(name))).toList();
    if (mayAlter && !old.isEmpty() && alter(old)) {
      topics.putAll(TopicState.read(admin, old));
    }
    TopicState letters = topics.get(deadLetters);
    if (letters != null) {
      deadLetterRoom =
          RecordSize.room(
              Math.min(letters.number(MAX_MESSAGE_BYTES_CONFIG), Topics.MAX_MESSAGE_BYTES));
    }
    return topics;
  }

  private static boolean isOld(@Nullable TopicState topic) {
    return topic != null
        && !topic.settings().isEmpty()
        && (topic.number(MAX_MESSAGE_BYTES_CONFIG) < Topics.MAX_MESSAGE_BYTES
            || !Topics.APPEND_TIME.equals(topic.settings().get(MESSAGE_TIMESTAMP_TYPE_CONFIG)));
  }

  private boolean alter(Collection<String> names) throws InterruptedException {
    List<AlterConfigOp> settings =
        List.of(
            set(MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Topics.MAX_MESSAGE_BYTES)),
            set(MESSAGE_TIMESTAMP_TYPE_CONFIG, Topics.APPEND_TIME));
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    for (String name : names) {
      changes.put(new ConfigResource(ConfigResource.Type.TOPIC, name), settings);
    }
    try {
      admin.incrementalAlterConfigs(changes).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      LOG.info(
          "Set max.message.bytes of {} to {} and message.timestamp.type to {}",
          names,
          Topics.MAX_MESSAGE_BYTES,
          Topics.APPEND_TIME);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("The settings of {} stay as they are: {}", names, e.toString());
      return false;
    }
  }

  private static AlterConfigOp set(String setting, String value) {
    return new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
  }

  /** Most that a dead letter may have, by {@link RecordSize}. */
  int deadLetterRoom() {
    return deadLetterRoom;
  }
}
