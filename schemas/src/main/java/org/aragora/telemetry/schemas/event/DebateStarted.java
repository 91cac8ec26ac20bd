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

  /** Longest timeout that is kept: 86400 s. */
  private static final long MAX_TIMEOUT_NANOS = 86_400_000_000_000L;

  public DebateStarted {
    agents = List.copyOf(agents);
  }

  private static @Nullable Long cappedTimeout(@Nullable Long nanos) {
    return nanos == null ? null : Long.valueOf(Math.min(nanos, MAX_TIMEOUT_NANOS));
  }

  static DebateStarted read(FieldReader in) {
    return new DebateStarted(
        in.name("debate_id"),
        in.texts("agents"),
        in.optionalText("domain"),
        in.optionalText("task"),
        in.optionalCount("planned_rounds"),
        cappedTimeout(in.optionalSeconds("timeout_seconds")));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("debate_id", debateId)
        .texts("agents", agents)
        .text("domain", domain)
        .text("task", task)
        .integer("planned_rounds", plannedRounds)
        .seconds("timeout_seconds", timeoutNanos);
  }

  @Override
  public String key() {
    return debateId;
  }
}
