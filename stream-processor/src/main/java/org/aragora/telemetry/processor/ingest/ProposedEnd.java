package org.aragora.telemetry.processor.ingest;

import org.aragora.telemetry.processor.flow.Times;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.jspecify.annotations.Nullable;

/**
 * An end that the processor appends for a debate that nobody ended: an ordinary event, which
 * changes nothing until it is read back.
 *
 * @param key key of the start's record
 * @param value the event
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody compares or changes
record ProposedEnd(byte @Nullable [] key, byte[] value) {
  /** Source of every event that the processor writes. */
  static final String SOURCE = "/aragora/telemetry";

  static ProposedEnd of(String debateId, OpenDebate debate, EventCodec codec) {
    Event end =
        new Event(
            "timeout:" + debateId + ":" + debate.startId(),
            SOURCE,
            Times.instant(debate.startTimeNanos() + debate.timeoutNanos()),
            debate.traceparent(),
            debate.parentSpanId(),
            null,
            new DebateCompleted(
                debateId,
                DebateOutcome.TIMEOUT,
                debate.timeoutNanos(),
                null,
                null,
                debate.domain(),
                null));
    return new ProposedEnd(debate.recordKey(), codec.encode(end));
  }
}
