package org.aragora.telemetry.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A debate ended. The first one of a debate counts, later ones change nothing.
 *
 * @param debateId id of the debate, not empty
 * @param outcome how it ended
 * @param durationNanos from start to end, 0 to 1e18 ns
 * @param rounds rounds that were held, 0 or more
 * @param confidence confidence of the consensus
 * @param domain subject area; null or empty: the start's
 * @param error what went wrong
 */
public record DebateCompleted(
    String debateId,
    DebateOutcome outcome,
    long durationNanos,
    @Nullable Long rounds,
    @Nullable Double confidence,
    @Nullable String domain,
    @Nullable String error)
    implements EventData {

  @Override
  public String key() {
    return debateId;
  }
}
