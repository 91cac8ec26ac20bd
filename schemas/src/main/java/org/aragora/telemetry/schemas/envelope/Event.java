package org.aragora.telemetry.schemas.envelope;

import java.time.Instant;
import org.aragora.telemetry.schemas.event.EventData;
import org.jspecify.annotations.Nullable;

/**
 * One event: the CloudEvents 1.0 envelope and its data. Immutable.
 *
 * @param id unique within the source, not empty
 * @param source URI reference of the instance that wrote it, such as {@code
 *     /aragora/instances/api-7f9c}, not empty
 * @param time time of the event; null: the record's append time counts
 * @param trace trace context of the operation; decoding leaves out what is not valid
 * @param sequence run and number within it; null if the producer does not number
 * @param data the record of its type
 */
public record Event(
    String id,
    String source,
    @Nullable Instant time,
    EventTrace trace,
    @Nullable Sequence sequence,
    EventData data) {

  /** An event with the texts of its trace context, each null if absent. */
  public Event(
      String id,
      String source,
      @Nullable Instant time,
      @Nullable String traceparent,
      @Nullable String parentSpanId,
      @Nullable Sequence sequence,
      EventData data) {
    this(id, source, time, EventTrace.of(traceparent, parentSpanId), sequence, data);
  }

  /**
   * Place of an event in one run of one producer.
   *
   * @param epoch random id of the run
   * @param seq 1, 2, 3, ... per (source, epoch, topic, partition)
   */
  public record Sequence(String epoch, long seq) {}

  /** W3C trace context of the operation itself. */
  public @Nullable String traceparent() {
    return trace.traceparent();
  }

  /** Id of the span above it, 16 hex digits. */
  public @Nullable String parentSpanId() {
    return trace.parentSpanId();
  }

  /** The registry entry of its data. */
  public EventType type() {
    return EventType.of(data);
  }

  /** Id of the instance: the last segment of the source that is not empty. */
  public String instanceId() {
    return instanceId(source);
  }

  /** Id of the instance in a source: its last segment that is not empty, else the source itself. */
  public static String instanceId(String source) {
    int end = source.length();
    while (end > 0 && source.charAt(end - 1) == '/') {
      end--;
    }
    return end == 0 ? source : source.substring(source.lastIndexOf('/', end - 1) + 1, end);
  }

  /** Key of the record: the id that the event type is keyed by, else the source. */
  public String key() {
    String key = data.key();
    return key != null ? key : source;
  }
}
