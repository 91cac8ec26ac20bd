package org.aragora.telemetry.processor.failure;

import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Place of a failure.
 *
 * @param topic that was read, null if unknown
 * @param partition of that topic, -1 if unknown
 * @param offset of the record that was read, -1 if unknown
 * @param isExact false if no record was being read, as totals are written between records; then
 *     {@code offset} is the first that is not committed
 * @param sink topic of the record that could not be written, null if none was
 */
record Place(
    @Nullable String topic, int partition, long offset, boolean isExact, @Nullable String sink) {
  static final Place UNKNOWN = new Place(null, -1, -1, false, null);

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

  /** Topic, partition and offset for a person, with a colon; empty if unknown. */
  String text() {
    if (topic == null) {
      return sink == null ? "" : "a record for topic " + sink + ": ";
    }
    String record =
        "%s partition %d %s"
            .formatted(
                topic,
                partition,
                offset < 0 ? "" : isExact ? "offset " + offset : "from offset " + offset + " on")
            .strip();
    return sink == null ? record + ": " : record + " (a record for topic " + sink + "): ";
  }
}
