package org.aragora.telemetry.counting.ingest;

import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateOutcome;
import org.aragora.telemetry.schemas.event.Event;

/**
 * The event that the processor appends for a debate that nobody ended. It is an ordinary event and
 * changes nothing until it is read back.
 */
final class ProposedEnd {
  /** Source of every event that the processor writes. */
  static final String SOURCE = "/aragora/telemetry";

  private ProposedEnd() {}

  static byte[] of(String debateId, OpenDebate debate, EventCodec codec) {
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
    return codec.encode(end);
  }
}
