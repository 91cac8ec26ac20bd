package org.aragora.telemetry.processor.generation;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_DELETE;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.aragora.telemetry.chassis.topics.TopicState;
import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;

/**
 * The rules that the topics of a generation must keep, at the start and while it is counted.
 * Without them numbers would be wrong, or a record could not be written.
 */
final class TopicRules {
  /** A proposed end has a key of 64 KiB at most and few fields beside it. */
  private static final int LARGEST_PROPOSAL_BYTES = 256 << 10;

  /** Every part of a dead letter is cut, but the headers with its origin. */
  private static final int LARGEST_CUT_LETTER_BYTES = 16 << 10;

  private final String bootstrapServers;
  private final List<Rule> rules = new ArrayList<>();
  private final List<Changelog> changelogs = new ArrayList<>();

  private record Rule(String topic, String setting, Test test, String wanted, String reason) {}

  private interface Test {
    boolean accepts(String value);
  }

  private record Changelog(String topic, String input) {}

  TopicRules(Generation generation, ProcessorConfig config) {
    bootstrapServers = config.bootstrapServers();
    String prefix = config.topicPrefix();
    for (InputTopic input : InputTopic.values()) {
      String name = input.under(prefix);
      rules.add(
          new Rule(
              name,
              MESSAGE_TIMESTAMP_TYPE_CONFIG,
              Topics.APPEND_TIME::equals,
              Topics.APPEND_TIME,
              "the clocks of producers would decide what is a duplicate and who is alive"));
      rules.add(
          new Rule(
              name,
              CLEANUP_POLICY_CONFIG,
              policy -> !policy.contains(CLEANUP_POLICY_COMPACT),
              CLEANUP_POLICY_DELETE,
              "compaction deletes events that a replay needs"));
      takes(name, LARGEST_PROPOSAL_BYTES);
      for (Changelogs.Stage stage : Changelogs.Stage.values()) {
        String changelog =
            Changelogs.topic(generation.applicationId(config.applicationId()), stage, input);
        changelogs.add(new Changelog(changelog, name));
        compacted(changelog);
        takes(changelog, Topics.LARGEST_RECORD_BYTES);
      }
    }
    compacted(generation.metrics().under(prefix));
    takes(generation.metrics().under(prefix), Topics.LARGEST_RECORD_BYTES);
    takes(generation.metricsWindows().under(prefix), Topics.LARGEST_RECORD_BYTES);
    compacted(Topics.GENERATIONS.under(prefix));
    takes(Topics.DEAD_LETTERS.under(prefix), LARGEST_CUT_LETTER_BYTES);
  }

  private void compacted(String topic) {
    rules.add(
        new Rule(
            topic,
            CLEANUP_POLICY_CONFIG,
            CLEANUP_POLICY_COMPACT::equals,
            CLEANUP_POLICY_COMPACT,
            "retention would delete values that are still served"));
  }

  private void takes(String topic, int bytes) {
    rules.add(
        new Rule(
            topic,
            MAX_MESSAGE_BYTES_CONFIG,
            value -> Integer.parseInt(value) >= bytes,
            Integer.toString(Topics.MAX_MESSAGE_BYTES),
            "a record of %d bytes would not fit and would stop counting".formatted(bytes)));
  }

  /** Every topic that a rule is about, each once. */
  List<String> topics() {
    return rules.stream().map(Rule::topic).distinct().toList();
  }

  /** The topics that only this service writes, and whose limit it may raise. */
  List<String> ownTopics() {
    return rules.stream()
        .filter(rule -> rule.setting().equals(MAX_MESSAGE_BYTES_CONFIG))
        .filter(rule -> changelogs.stream().noneMatch(c -> c.input().equals(rule.topic())))
        .map(Rule::topic)
        .toList();
  }

  /** The input topic of a changelog. */
  String inputOf(String changelog) {
    return changelogs.stream()
        .filter(one -> one.topic().equals(changelog))
        .findFirst()
        .orElseThrow()
        .input();
  }

  boolean isChangelog(String topic) {
    return changelogs.stream().anyMatch(changelog -> changelog.topic().equals(topic));
  }

  /** The first rule that the topics break, as a sentence with the remedy; empty if none. */
  Optional<String> violation(Map<String, TopicState> topics) {
    for (String topic : topics()) {
      if (!topics.containsKey(topic) && !isChangelog(topic)) {
        return Optional.of(missing(topic));
      }
    }
    for (Changelog changelog : changelogs) {
      TopicState counted = topics.get(changelog.topic());
      TopicState input = topics.get(changelog.input());
      if (counted != null && input != null && counted.partitions() != input.partitions()) {
        return Optional.of(
            partitionsChanged(changelog.input(), counted.partitions(), input.partitions())
                + " (changelog %s)".formatted(changelog.topic()));
      }
    }
    for (Rule rule : rules) {
      TopicState topic = topics.get(rule.topic());
      String value = topic == null ? null : topic.settings().get(rule.setting());
      if (value != null && !rule.test().accepts(value)) {
        return Optional.of(
            "topic %s has %s=%s, with which %s; run: %s"
                .formatted(
                    rule.topic(),
                    rule.setting(),
                    value,
                    rule.reason(),
                    alter(rule.topic(), rule.setting(), rule.wanted())));
      }
    }
    return Optional.empty();
  }

  /** The sentence for a topic that does not exist. */
  static String missing(String topic) {
    return "topic %s is missing; run 'bin/telemetry topics create', or set ARAGORA_TELEMETRY_CREATE_TOPICS=true"
        .formatted(topic);
  }

  /** The sentence for a partition count that is not the one that was counted with. */
  static String partitionsChanged(String topic, int counted, int found) {
    return "%s has %d partitions but was counted with %d; the number is fixed for a generation: run 'bin/telemetry replay --output generation' to count again from the topics, then 'replay promote'"
        .formatted(topic, found, counted);
  }

  /** The command that raises the limit of a topic. */
  String raise(String topic) {
    return alter(topic, MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Topics.MAX_MESSAGE_BYTES));
  }

  private String alter(String topic, String setting, String value) {
    return "kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s=%s"
        .formatted(bootstrapServers, topic, setting, value);
  }
}
