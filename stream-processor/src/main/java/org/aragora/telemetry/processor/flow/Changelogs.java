package org.aragora.telemetry.processor.flow;

import java.util.Locale;
import java.util.Map;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** How the stores of a task are named, and the topics that keep them: by Kafka Streams' rule. */
public final class Changelogs {
  /** What these topics are created with, beside what Kafka Streams sets itself. */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "segment.ms", "600000", "segment.bytes", "67108864", "min.cleanable.dirty.ratio", "0.1");

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
