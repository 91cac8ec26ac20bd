package org.aragora.telemetry.producer.event;

import java.time.Duration;
import java.util.List;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A debate began.
 *
 * <pre>{@code
 * telemetry.debateStarted(
 *     DebateStart.of("d-1", List.of("claude", "gpt")).domain("health").plannedRounds(3));
 * }</pre>
 */
public final class DebateStart implements EventDetails {
  private final String debateId;
  private final List<String> agents;
  private @Nullable String domain;
  private @Nullable String task;
  private @Nullable Long plannedRounds;
  private @Nullable Duration timeout;

  private DebateStart(String debateId, List<String> agents) {
    this.debateId = debateId;
    this.agents = agents;
  }

  /**
   * A debate began.
   *
   * @param debateId id of the debate, not empty
   * @param agents names of the agents that take part
   */
  public static DebateStart of(String debateId, List<String> agents) {
    return new DebateStart(debateId, agents);
  }

  /** Subject area; where it is missing the debate counts under {@code general}. */
  public DebateStart domain(@Nullable String domain) {
    this.domain = domain;
    return this;
  }

  /** What is debated. Cut after 65,536 characters. */
  public DebateStart task(@Nullable String task) {
    this.task = task;
    return this;
  }

  /** Rounds that are planned, 0 or more. */
  public DebateStart plannedRounds(long plannedRounds) {
    this.plannedRounds = plannedRounds;
    return this;
  }

  /** After how long the debate is given up. */
  public DebateStart timeout(@Nullable Duration timeout) {
    this.timeout = timeout;
    return this;
  }

  @Override
  public EventType type() {
    return EventType.DEBATE_STARTED;
  }

  @Override
  public DebateStarted build() {
    return new DebateStarted(
        debateId,
        agents,
        domain,
        task == null ? null : FreeText.cut(task),
        plannedRounds,
        timeout == null ? null : timeout.toNanos());
  }
}
