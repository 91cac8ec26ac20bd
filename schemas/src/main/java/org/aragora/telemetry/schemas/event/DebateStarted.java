package org.aragora.telemetry.schemas.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A debate began.
 *
 * @param debateId id of the debate, not empty
 * @param agents names of the agents that take part
 * @param domain subject area; null or empty: {@code general}
 * @param task what is debated
 * @param plannedRounds rounds that are planned, 0 or more
 * @param timeoutNanos after how many nanoseconds the debate is given up; read as 86400 s where over
 *     that
 */
public record DebateStarted(
    String debateId,
    List<String> agents,
    @Nullable String domain,
    @Nullable String task,
    @Nullable Long plannedRounds,
    @Nullable Long timeoutNanos)
    implements EventData {

  public DebateStarted {
    agents = List.copyOf(agents);
  }

  @Override
  public String key() {
    return debateId;
  }
}
