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

  static AgentCallCompleted read(FieldReader in) {
    return new AgentCallCompleted(
        in.name("call_id"),
        in.name("agent"),
        in.oneOf("status", CallStatus.NAMES),
        in.seconds("duration_seconds"),
        in.optionalText("operation"),
        in.optionalText("model"),
        in.optionalText("provider"),
        in.optionalCount("input_tokens"),
        in.optionalCount("output_tokens"),
        in.optionalText("error_type"),
        in.optionalName("debate_id"),
        in.optionalCount("round"));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("call_id", callId)
        .name("agent", agent)
        .oneOf("status", CallStatus.NAMES, status)
        .seconds("duration_seconds", durationNanos)
        .text("operation", operation)
        .text("model", model)
        .text("provider", provider)
        .integer("input_tokens", inputTokens)
        .integer("output_tokens", outputTokens)
        .text("error_type", errorType)
        .name("debate_id", debateId)
        .integer("round", round);
  }

  @Override
  public String key() {
    return debateId != null ? debateId : callId;
  }
}
