package org.aragora.telemetry.processor.pipeline;

import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.counting.generation.Changelogs.Stage;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Names of the nodes and stores of one input topic. */
public record InputNodes(
    InputTopic topic,
    String source,
    String count,
    String deadLetters,
    String proposedEnds,
    String metrics,
    String windows,
    String ingestStore,
    String aggregateStore) {

  public static InputNodes of(InputTopic topic) {
    String name = Changelogs.nodeName(topic);
    return new InputNodes(
        topic,
        "source-" + name,
        "count-" + name,
        "dead-letters-" + name,
        "proposed-ends-" + name,
        "metrics-" + name,
        "windows-" + name,
        Changelogs.store(Stage.INGEST, topic),
        Changelogs.store(Stage.AGGREGATE, topic));
  }
}
