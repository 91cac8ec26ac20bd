package org.aragora.telemetry.processor.failure;

import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Place of a failure.
 *
 * @param topic that was read, null if unknown
 * @param partition of that topic, -1 if unknown
 * @param offset of the record that was read, -1 if none was: totals are written between records
 * @param sink topic of the record that could not be written, null if none was
 */
record Place(@Nullable String topic, int partition, long offset, @Nullable String sink) {
  static final Place UNKNOWN = new Place(null, -1, -1, null);

  /**
   * The topic that belongs to a node or a changelog: names of both contain that of the input topic.
   */
  static @Nullable InputTopic inputOf(String name) {
    for (InputTopic topic : InputTopic.values()) {
      for (Changelogs.Stage stage : Changelogs.Stage.values()) {
        if (name.contains(Changelogs.store(stage, topic))) {
          return topic;
        }
      }
      if (name.endsWith("-" + Changelogs.nodeName(topic))) {
        return topic;
      }
    }
    return null;
  }

  /** Topic, partition and offset for a person. */
  String text() {
    if (topic == null) {
      return sink == null ? "an unknown place" : "a record for topic " + sink;
    }
    String record =
        "%s partition %d offset %s"
            .formatted(topic, partition, offset < 0 ? "unknown" : String.valueOf(offset));
    return sink == null ? record : record + " (a record for topic " + sink + ")";
  }
}
