package org.aragora.telemetry.producer.event;

import java.time.Duration;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.CallStatus;
import org.aragora.telemetry.schemas.event.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A call to an agent's API ended.
 *
 * <pre>{@code
 * telemetry.agentCallCompleted(
 *     AgentCall.of("c-1", "claude", CallStatus.SUCCESS, Duration.ofMillis(2300))
 *         .tokens(1200, 340)
 *         .debate("d-1", 2));
 * }</pre>
 */
public final class AgentCall implements EventDetails {
  private final String callId;
  private final String agent;
  private final CallStatus status;
  private final Duration duration;
  private @Nullable String operation;
  private @Nullable String model;
  private @Nullable String provider;
  private @Nullable Long inputTokens;
  private @Nullable Long outputTokens;
  private @Nullable String errorType;
  private @Nullable String debateId;
  private @Nullable Long round;

  private AgentCall(String callId, String agent, CallStatus status, Duration duration) {
    this.callId = callId;
    this.agent = agent;
    this.status = status;
    this.duration = duration;
  }

  /**
   * A call to an agent's API ended.
   *
   * @param callId id of the call, not empty
   * @param agent name of the agent, not empty
   * @param status how it ended
   * @param duration how long it took, not negative
   */
  public static AgentCall of(String callId, String agent, CallStatus status, Duration duration) {
    return new AgentCall(callId, agent, status, duration);
  }

  /** What was asked for, such as {@code generate}, {@code critique} or {@code vote}. */
  public AgentCall operation(@Nullable String operation) {
    this.operation = operation;
    return this;
  }

  /** Name of the model. */
  public AgentCall model(@Nullable String model) {
    this.model = model;
    return this;
  }

  /** Name of the provider. */
  public AgentCall provider(@Nullable String provider) {
    this.provider = provider;
    return this;
  }

  /** Tokens sent and received, 0 or more. */
  public AgentCall tokens(long input, long output) {
    this.inputTokens = input;
    this.outputTokens = output;
    return this;
  }

  /** Kind of the failure. */
  public AgentCall errorType(@Nullable String errorType) {
    this.errorType = errorType;
    return this;
  }

  /** The debate that the call belongs to. */
  public AgentCall debate(@Nullable String debateId) {
    this.debateId = debateId;
    return this;
  }

  /** The debate and the round that the call belongs to. */
  public AgentCall debate(@Nullable String debateId, long round) {
    this.debateId = debateId;
    this.round = round;
    return this;
  }

  @Override
  public EventType type() {
    return EventType.AGENT_CALL_COMPLETED;
  }

  @Override
  public AgentCallCompleted build() {
    return new AgentCallCompleted(
        callId,
        agent,
        status,
        duration.toNanos(),
        operation,
        model,
        provider,
        inputTokens,
        outputTokens,
        errorType,
        debateId,
        round);
  }
}
