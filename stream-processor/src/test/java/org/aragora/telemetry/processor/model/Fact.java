package org.aragora.telemetry.processor.model;

import java.util.Map;

/**
 * What the generator knows about a record that it made, so that the model need not decode.
 *
 * @param reason why it is a dead letter, null if it is a valid event
 * @param kind the event type without {@code ai.aragora.} and version
 * @param timeNanos its event time, null if it has none
 * @param epoch its run, null if it is not numbered
 * @param seq its number, 0 if it is not numbered
 * @param data its fields, durations in nanoseconds, endpoints as templates
 */
record Fact(
    String reason,
    String kind,
    String id,
    String source,
    Long timeNanos,
    String epoch,
    long seq,
    Map<String, Object> data) {

  static Fact bad(String reason) {
    return new Fact(reason, null, null, null, null, null, 0, Map.of());
  }

  String instance() {
    return source.substring(source.lastIndexOf('/') + 1);
  }

  String text(String name) {
    return (String) data.get(name);
  }

  Long number(String name) {
    return (Long) data.get(name);
  }
}
