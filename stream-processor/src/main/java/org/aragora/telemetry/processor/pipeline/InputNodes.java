package org.aragora.telemetry.processor.pipeline;

import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.counting.generation.Changelogs.Stage;
import org.aragora.telemetry.schemas.event.InputTopic;

/** Names of the nodes and stores of one input topic. */
public record InputNodes(InputTopic topic) {
  public String source() {
    return "source-" + Changelogs.nodeName(topic);
  }

  public String count() {
    return "count-" + Changelogs.nodeName(topic);
  }

  public String deadLetters() {
    return "dead-letters-" + Changelogs.nodeName(topic);
  }

  public String proposedEnds() {
    return "proposed-ends-" + Changelogs.nodeName(topic);
  }

  public String metrics() {
    return "metrics-" + Changelogs.nodeName(topic);
  }

  public String windows() {
    return "windows-" + Changelogs.nodeName(topic);
  }

  public String ingestStore() {
    return Changelogs.store(Stage.INGEST, topic);
  }

  public String aggregateStore() {
    return Changelogs.store(Stage.AGGREGATE, topic);
  }
}
