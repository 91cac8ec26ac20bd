package org.aragora.telemetry.counting.generation;

import java.util.Locale;
import java.util.Map;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;

/** Names, by the rule of Kafka Streams, of a task's stores and of the topics that keep them. */
public final class Changelogs {
  /** Settings of these topics, in addition to those that Kafka Streams sets. */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "message.timestamp.type",
          Topics.APPEND_TIME,
          "segment.ms",
          "600000",
          "segment.bytes",
          "67108864",
          "min.cleanable.dirty.ratio",
          "0.1",
          "max.message.bytes",
          Integer.toString(Topics.MAX_MESSAGE_BYTES));

  /** A stage that has a store. */
  public enum Stage {
    INGEST,
    AGGREGATE
  }

  private Changelogs() {}

  /** Name of an input topic within names of nodes and stores. */
  public static String nodeName(InputTopic topic) {
    return topic.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Name of a store. */
  public static String store(Stage stage, InputTopic topic) {
    return stage.name().toLowerCase(Locale.ROOT) + "-" + nodeName(topic) + "-store";
  }

  /** Name of its changelog topic, which has as many partitions as the input topic. */
  public static String topic(String applicationId, Stage stage, InputTopic topic) {
    return applicationId + "-" + store(stage, topic) + "-changelog";
  }
}
