package org.aragora.telemetry.schemas.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.Nanos;
import org.jspecify.annotations.Nullable;

/**
 * A debate began.
 *
 * @param debateId id of the debate, not empty
 * @param agents names of the agents that take part
 * @param domain subject area; null or empty: {@code general}
 * @param task the question under debate
 * @param plannedRounds rounds that are planned, 0 or more
 * @param timeoutNanos time after which the debate is given up; read as 86400 s if it is longer
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

  /** Copies the agents. Keeps nulls, which the codec refuses, so that building never throws. */
  @SuppressWarnings("ConstantValue") // hosts are not held to our annotations
  public DebateStarted {
    agents = agents == null ? agents : Collections.unmodifiableList(new ArrayList<>(agents));
  }

  private static @Nullable Long cappedTimeout(@Nullable Long nanos) {
    return nanos == null ? null : Long.valueOf(Math.min(nanos, MAX_TIMEOUT_NANOS));
  }

  /** A start without its optional fields. */
  public static DebateStarted of(String debateId, List<String> agents) {
    return new DebateStarted(debateId, agents, null, null, null, null);
  }

  /** A copy with a subject area. */
  public DebateStarted withDomain(@Nullable String newDomain) {
    return new DebateStarted(debateId, agents, newDomain, task, plannedRounds, timeoutNanos);
  }

  /** A copy with the question under debate. */
  public DebateStarted withTask(@Nullable String newTask) {
    return new DebateStarted(debateId, agents, domain, newTask, plannedRounds, timeoutNanos);
  }

  /** A copy with the number of planned rounds, 0 or more. */
  public DebateStarted withPlannedRounds(long rounds) {
    return new DebateStarted(debateId, agents, domain, task, rounds, timeoutNanos);
  }

  /** A copy with the time after which the debate is given up. */
  public DebateStarted withTimeout(@Nullable Duration timeout) {
    Long nanos = timeout == null ? null : (Long) Nanos.of(timeout);
    return new DebateStarted(debateId, agents, domain, task, plannedRounds, nanos);
  }

  @Override
  public DebateStarted cutTexts(UnaryOperator<String> cut) {
    return task == null ? this : withTask(cut.apply(task));
  }

  public static DebateStarted read(FieldReader in) {
    return new DebateStarted(
        in.name("debate_id"),
        in.labels("agents"),
        in.optionalLabel("domain"),
        in.optionalText("task"),
        in.optionalCount("planned_rounds"),
        cappedTimeout(in.optionalSeconds("timeout_seconds")));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("debate_id", debateId)
        .labels("agents", agents)
        .optionalLabel("domain", domain)
        .optionalText("task", task)
        .optionalCount("planned_rounds", plannedRounds)
        .optionalSeconds("timeout_seconds", timeoutNanos);
  }

  @Override
  public String key() {
    return debateId;
  }
}
