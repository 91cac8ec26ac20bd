package org.aragora.telemetry.replay.redrive;

import java.util.Arrays;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;

/**
 * A dead-letter topic and the destination of its dead letters.
 *
 * @param redriveTopic the topic that exporters read beside the input topics; null: dead letters go
 *     to the partitions that they came from
 * @param exporters only the dead letters of these
 */
public record Route(String deadLetterTopic, @Nullable String redriveTopic, Set<String> exporters) {

  /** The processor's dead letters, to the partitions that they came from. */
  public static Route toInputs(String topicPrefix) {
    return new Route(Topics.DEAD_LETTERS.under(topicPrefix), null, Set.of());
  }

  /** The dead letters of these exporters, each to the exporter that could not send it. */
  public static Route toExporters(String topicPrefix, Set<String> exporters) {
    return new Route(
        Topics.EXPORT_DEAD_LETTERS.under(topicPrefix),
        Topics.EXPORT_REDRIVE.under(topicPrefix),
        exporters);
  }

  boolean takes(Parked parked) {
    return redriveTopic == null
        || (parked.exporter() != null && exporters.contains(parked.exporter()));
  }

  /** Grouping key in the report, in addition to the reason. */
  String label(Parked parked) {
    return redriveTopic == null ? parked.topic() : parked.exporter() + " " + parked.topic();
  }

  /** Equal for copies of one dead letter; null if there are none, as the processor writes once. */
  @Nullable Object identity(Parked parked) {
    return redriveTopic == null ? null : parked.exportIdentity();
  }

  /**
   * Returns true if the destination exists.
   *
   * @param partitionsOf partitions of a topic, 0 if it does not exist
   */
  boolean hasHome(Parked parked, ToIntFunction<String> partitionsOf) {
    if (redriveTopic == null) {
      return isInput(parked.topic())
          && parked.partition() < partitionsOf.applyAsInt(parked.topic());
    }
    if (partitionsOf.applyAsInt(redriveTopic) == 0) {
      throw new ReplayException(
          "There is no topic %s, by which exporters get dead letters back; bin/telemetry topics create makes it."
              .formatted(redriveTopic));
    }
    return true;
  }

  /** The origin is a header, which another writer may have forged. */
  private boolean isInput(String topic) {
    return Arrays.stream(InputTopic.values())
        .anyMatch(
            input -> {
              String prefix =
                  topic.substring(0, Math.max(0, topic.length() - input.suffix().length()));
              return topic.equals(input.under(prefix))
                  && deadLetterTopic.equals(Topics.DEAD_LETTERS.under(prefix));
            });
  }

  /** The record to write. */
  ProducerRecord<byte[], byte[]> sentBack(Parked parked) {
    return redriveTopic == null ? parked.original() : parked.forExporter(redriveTopic);
  }
}
