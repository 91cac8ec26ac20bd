package org.aragora.telemetry.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A call to an agent's API ended.
 *
 * @param callId id of the call, not empty
 * @param agent name of the agent, not empty
 * @param status how it ended
 * @param durationNanos how long it took, 0 to 1e18 ns
 * @param operation what was asked for, such as {@code generate}, {@code critique} or {@code vote}
 * @param model name of the model
 * @param provider name of the provider
 * @param inputTokens tokens sent, 0 or more
 * @param outputTokens tokens received, 0 or more
 * @param errorType kind of the failure
 * @param debateId the debate that the call belongs to
 * @param round the round that the call belongs to, 0 or more
 */
public record AgentCallCompleted(
    String callId,
    String agent,
    CallStatus status,
    long durationNanos,
    @Nullable String operation,
    @Nullable String model,
    @Nullable String provider,
    @Nullable Long inputTokens,
    @Nullable Long outputTokens,
    @Nullable String errorType,
    @Nullable String debateId,
    @Nullable Long round)
    implements EventData {

  @Override
  public String key() {
    return debateId != null ? debateId : callId;
  }
}
