package org.aragora.telemetry.counting.metric;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * Owner of a partition of the metrics topic from here on.
 *
 * @param owner unique per process and takeover
 * @param partitions partitions that the topic has, on which the place of every series depends
 * @param service that the owner belongs to; empty in version 1
 */
public record OwnerValue(String owner, int partitions, Optional<Service> service) {
  private static final int VERSION = 2;

  /**
   * A service that counts into the topic, and the partitions that it counts with.
   *
   * @param applicationId its consumer group
   * @param generation number of the generation that it counts into
   * @param windowsPartitions partitions of the topic of windows
   * @param inputPartitions partitions of each input topic
   */
  public record Service(
      String applicationId,
      int generation,
      int windowsPartitions,
      Map<InputTopic, Integer> inputPartitions) {

    public Service {
      inputPartitions = Map.copyOf(inputPartitions);
    }

    private void write(BinaryWriter out) {
      out.writeString(applicationId)
          .writeUnsigned(generation)
          .writeUnsigned(windowsPartitions)
          .writeUnsigned(inputPartitions.size());
      new TreeMap<>(inputPartitions)
          .forEach((topic, count) -> out.writeString(topic.suffix()).writeUnsigned(count));
    }

    private static Service read(BinaryReader in) {
      String applicationId = in.readString();
      int generation = in.readInt();
      int windows = in.readInt();
      Map<InputTopic, Integer> inputs = new TreeMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        String suffix = in.readString();
        InputTopic topic = InputTopic.byName("", suffix);
        if (topic == null) {
          throw new CorruptRecordException("no input topic has the name '" + suffix + "'");
        }
        inputs.put(topic, in.readInt());
      }
      return new Service(applicationId, generation, windows, inputs);
    }
  }

  /** Writes version 1 if it has no service. */
  public byte[] toBytes() {
    BinaryWriter out =
        new BinaryWriter()
            .writeByte(service.isPresent() ? VERSION : 1)
            .writeString(owner)
            .writeUnsigned(partitions);
    service.ifPresent(of -> of.write(out));
    return out.toBytes();
  }

  public static OwnerValue fromBytes(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    int version = in.readVersion(VERSION, "an owner's announcement");
    return new OwnerValue(
        in.readString(),
        in.readInt(),
        version == 1 ? Optional.empty() : Optional.of(Service.read(in)));
  }
}
