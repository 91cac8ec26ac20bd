package org.aragora.telemetry.chaos;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.schemas.event.InputTopic;

/** The input partitions of a run. */
final class Partitions {

  private Partitions() {}

  /** Every partition of every input topic, in one order. */
  static List<TopicPartition> of(String topicPrefix) {
    List<TopicPartition> all = new ArrayList<>();
    for (InputTopic topic : InputTopic.values()) {
      for (int i = 0; i < ChaosSettings.PARTITIONS; i++) {
        all.add(new TopicPartition(topic.under(topicPrefix), i));
      }
    }
    return all;
  }
}
