package org.aragora.telemetry.schemas.envelope;

import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.text.Unicode;

/**
 * The form of the end that the processor proposes for a debate that nobody ended. Its source is
 * reserved: an event of another form that has it is not valid.
 */
public final class ProposedEnd {
  /** The source of proposed ends, and of nothing else. */
  public static final String SOURCE = "/aragora/telemetry";

  private static final String PREFIX = "timeout:";

  /** Code points of the longest id: those of a debate and of its start, each at its bound. */
  public static final int MAX_ID = PREFIX.length() + Bounds.NAME + 1 + Bounds.NAME;

  private ProposedEnd() {}

  /** The id of the end of a debate, from the id of the event that started it. */
  public static String id(String debateId, String startId) {
    return PREFIX + debateId + ":" + startId;
  }

  /** Returns true if the event has every mark of a proposed end. */
  public static boolean isProposedEnd(Event event) {
    if (!event.source().equals(SOURCE) || !(event.data() instanceof DebateCompleted end)) {
      return false;
    }
    String beforeStart = id(end.debateId(), "");
    return end.outcome() == DebateOutcome.TIMEOUT
        && end.rounds() == null
        && end.confidence() == null
        && end.error() == null
        && event.time() != null
        && event.sequence() == null
        && event.id().startsWith(beforeStart)
        && event.id().length() > beforeStart.length()
        && !Unicode.isLongerThan(event.id().substring(beforeStart.length()), Bounds.NAME);
  }
}
