package org.aragora.telemetry.processor.generation;

import java.util.OptionalLong;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.failure.ThreadFailures;
import org.aragora.telemetry.processor.health.OffsetWatch;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;

/** The topics of a running pipeline, for the failures of its threads. */
final class RunningTopics implements ThreadFailures.Surroundings {
  private final String topicPrefix;
  private final OffsetWatch offsets;
  private final TopicRules rules;

  RunningTopics(String topicPrefix, OffsetWatch offsets, TopicRules rules) {
    this.topicPrefix = topicPrefix;
    this.offsets = offsets;
    this.rules = rules;
  }

  @Override
  public OptionalLong committed(String topic, int partition) {
    InputTopic input = InputTopic.byName(topicPrefix, topic);
    Long offset =
        input == null ? null : offsets.committed().get(new InputPartition(input, partition));
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  @Override
  public boolean isCut(String topic) {
    return topic.equals(Topics.DEAD_LETTERS.under(topicPrefix));
  }

  @Override
  public String raise(String topic) {
    return rules.raise(topic);
  }
}
