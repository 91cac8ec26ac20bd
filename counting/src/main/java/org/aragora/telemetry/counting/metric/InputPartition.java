package org.aragora.telemetry.counting.metric;

import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** One partition of one input topic: what one task counts. */
public record InputPartition(InputTopic topic, int partition)
    implements Comparable<InputPartition> {

  public void write(BinaryWriter out) {
    out.writeString(topic.suffix()).writeUnsigned(partition);
  }

  public static InputPartition read(BinaryReader in) {
    String suffix = in.readString();
    InputTopic topic = InputTopic.byName("", suffix);
    if (topic == null) {
      throw new CorruptRecordException("no input topic has the name '" + suffix + "'");
    }
    return new InputPartition(topic, in.readInt());
  }

  @Override
  public int compareTo(InputPartition other) {
    int byTopic = topic.compareTo(other.topic);
    return byTopic != 0 ? byTopic : Integer.compare(partition, other.partition);
  }

  @Override
  public String toString() {
    return topic.suffix() + "-" + partition;
  }
}
