package org.aragora.telemetry.counting.flow;

import org.aragora.telemetry.counting.value.EventOrder;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventTrace;
import org.jspecify.annotations.Nullable;

/**
 * An event that counts.
 *
 * @param event the event
 * @param offset its offset in the input partition
 * @param timeNanos its event time after the clock-skew rule, nanoseconds since 1970
 * @param appendTimeMs its append time, milliseconds since 1970
 * @param partitionTimeNanos highest event time of the partition so far, this event's included
 * @param debateChange its change in the life of a debate, null if there is none
 * @param displaced the end of another debate that this event's leaves no room for, else null
 */
public record CountedEvent(
    Event event,
    long offset,
    long timeNanos,
    long appendTimeMs,
    long partitionTimeNanos,
    @Nullable DebateChange debateChange,
    DebateChange.@Nullable Ended displaced) {

  /** First offset that is not in a value which contains this event. */
  public long nextOffset() {
    return offset + 1;
  }

  /** Its place among all events, for gauges by event time. */
  public EventOrder order() {
    Event.Sequence sequence = event.sequence();
    return new EventOrder(
        timeNanos,
        event.source(),
        sequence == null ? "" : sequence.epoch(),
        sequence == null ? 0 : sequence.seq(),
        event.id());
  }

  /** The same event for a change that is not of its own operation, which its trace is. */
  public CountedEvent untraced() {
    Event bare =
        new Event(
            event.id(),
            event.source(),
            event.time(),
            EventTrace.NONE,
            event.sequence(),
            event.data());
    return new CountedEvent(
        bare, offset, timeNanos, appendTimeMs, partitionTimeNanos, debateChange, displaced);
  }

  /** The run of the producer that sent it. */
  public String run() {
    Event.Sequence sequence = event.sequence();
    return event.source() + "#" + (sequence == null ? "" : sequence.epoch());
  }
}
