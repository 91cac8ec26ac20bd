package org.aragora.telemetry.replay.redrive;

import java.util.Set;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;

/** Which dead letters there are to send back, and to where. */
public sealed interface Route {

  /** The topic that they lie in. */
  String deadLetterTopic();

  /** Whether this one is meant at all. */
  boolean takes(Parked parked);

  /** What it is told by in a report, beside its reason. */
  String label(Parked parked);

  /** Equal for copies of one dead letter; null where there are none. */
  @Nullable Object identity(Parked parked);

  /**
   * Whether the place that it goes to is there.
   *
   * @param partitionsOf partitions of a topic, 0 where it does not exist
   */
  boolean hasHome(Parked parked, ToIntFunction<String> partitionsOf);

  /** What is written. */
  ProducerRecord<byte[], byte[]> sentBack(Parked parked);

  /** The processor's dead letters, to the partitions that they came from. */
  static Route toInputs(String topicPrefix) {
    return new ToInputs(Topics.DEAD_LETTERS.under(topicPrefix));
  }

  /**
   * The exporters' dead letters, each to the exporter that refused it and to nobody else.
   *
   * @param exporters only of these
   */
  static Route toExporters(String topicPrefix, Set<String> exporters) {
    return new ToExporters(
        Topics.EXPORT_DEAD_LETTERS.under(topicPrefix),
        Topics.EXPORT_REDRIVE.under(topicPrefix),
        exporters);
  }

  /** Back to the input topics. */
  record ToInputs(String deadLetterTopic) implements Route {
    @Override
    public boolean takes(Parked parked) {
      return true;
    }

    @Override
    public String label(Parked parked) {
      return parked.topic();
    }

    @Override
    public @Nullable Object identity(Parked parked) {
      return null; // each is written exactly once
    }

    @Override
    public boolean hasHome(Parked parked, ToIntFunction<String> partitionsOf) {
      return parked.partition() < partitionsOf.applyAsInt(parked.topic());
    }

    @Override
    public ProducerRecord<byte[], byte[]> sentBack(Parked parked) {
      return parked.original();
    }
  }

  /** To the topic that exporters read beside the input topics. */
  record ToExporters(String deadLetterTopic, String redriveTopic, Set<String> exporters)
      implements Route {
    @Override
    public boolean takes(Parked parked) {
      return parked.exporter() != null && exporters.contains(parked.exporter());
    }

    @Override
    public String label(Parked parked) {
      return parked.exporter() + " " + parked.topic();
    }

    @Override
    public Object identity(Parked parked) {
      return parked.exportIdentity();
    }

    @Override
    public boolean hasHome(Parked parked, ToIntFunction<String> partitionsOf) {
      if (partitionsOf.applyAsInt(redriveTopic) == 0) {
        throw new ReplayException(
            "There is no topic %s, by which exporters get dead letters back; bin/telemetry topics create makes it."
                .formatted(redriveTopic));
      }
      return true;
    }

    @Override
    public ProducerRecord<byte[], byte[]> sentBack(Parked parked) {
      return parked.forExporter(redriveTopic);
    }
  }
}
