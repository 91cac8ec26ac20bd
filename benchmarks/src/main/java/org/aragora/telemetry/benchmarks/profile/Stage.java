package org.aragora.telemetry.benchmarks.profile;

import java.util.List;
import jdk.jfr.consumer.RecordedFrame;
import org.jspecify.annotations.Nullable;

/** A part of the work of a stream thread, by the frames of its stack. */
enum Stage {
  DECODE("decode"),
  INGEST("duplicates, debates, ledger"),
  MEASURE("measure"),
  AGGREGATE("aggregate"),
  COUNT("counting, between these"),
  STATE("commit: state to the stores"),
  OUTPUT("outputs: totals and windows to the topics"),
  SERVE("read the metrics topic for serving"),
  HOST("our processor, between Streams and counting"),
  REPLAY("replay, between the consumer and counting"),
  CONSUMER("Kafka's consumer"),
  PRODUCER("Kafka's producer"),
  STREAMS("Kafka Streams' own work"),
  OTHER("anything else");

  private static final String OURS = "org.aragora.telemetry.";
  private static final String KAFKA = "org.apache.kafka.";

  /** Prefix of a class, the stage that its frames belong to. The first that matches counts. */
  private record Place(String prefix, Stage stage) {}

  private static final List<Place> OUR_PLACES =
      List.of(
          new Place(OURS + "schemas.", DECODE),
          new Place(OURS + "counting.ingest.", INGEST),
          new Place(OURS + "counting.ledger.", INGEST),
          new Place(OURS + "counting.measure.", MEASURE),
          new Place(OURS + "counting.aggregate.", AGGREGATE),
          new Place(OURS + "counting.PartitionCounter", COUNT),
          new Place(OURS + "processor.serve.", SERVE),
          new Place(OURS + "processor.", HOST));
  private static final List<Place> REPLAY_PLACES = List.of(new Place(OURS + "replay.", REPLAY));
  private static final List<Place> KAFKA_PLACES =
      List.of(
          new Place(KAFKA + "clients.consumer.", CONSUMER),
          new Place(KAFKA + "clients.producer.", PRODUCER),
          new Place(KAFKA + "streams.", STREAMS));

  private final String text;

  Stage(String text) {
    this.text = text;
  }

  /**
   * The stage of a sample: writing for a commit, else that of the deepest frame of ours, else that
   * of Kafka's.
   *
   * @param frames the deepest first
   */
  static Stage of(List<RecordedFrame> frames) {
    for (RecordedFrame frame : frames) {
      String method = frame.getMethod().getName();
      if (method.equals("flushCache") && type(frame).startsWith(OURS)) {
        return STATE;
      }
      if (method.equals("writeOut") && type(frame).startsWith(OURS)) {
        return OUTPUT;
      }
    }
    Stage ours = find(frames, OUR_PLACES);
    Stage stage = ours != null ? ours : find(frames, KAFKA_PLACES);
    stage = stage != null ? stage : find(frames, REPLAY_PLACES);
    return stage != null ? stage : OTHER;
  }

  private static @Nullable Stage find(List<RecordedFrame> frames, List<Place> places) {
    for (RecordedFrame frame : frames) {
      for (Place place : places) {
        if (type(frame).startsWith(place.prefix())) {
          return place.stage();
        }
      }
    }
    return null;
  }

  private static String type(RecordedFrame frame) {
    return frame.getMethod().getType().getName();
  }

  @Override
  public String toString() {
    return text;
  }
}
