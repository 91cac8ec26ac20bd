package org.aragora.telemetry.schemas.event;

import java.time.Duration;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.Nanos;
import org.jspecify.annotations.Nullable;

/**
 * A call to an agent's API ended.
 *
 * @param callId id of the call, not empty
 * @param agent name of the agent, not empty
 * @param status result of the call
 * @param durationNanos duration, 0 to 1e18 ns
 * @param operation kind of the request, such as {@code generate}, {@code critique} or {@code vote}
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

  /** A call without its optional fields. */
  public static AgentCallCompleted of(
      String callId, String agent, CallStatus status, Duration duration) {
    long nanos = Nanos.of(duration);
    return new AgentCallCompleted(
        callId, agent, status, nanos, null, null, null, null, null, null, null, null);
  }

  /** A copy with the operation, such as {@code generate}, {@code critique} or {@code vote}. */
  public AgentCallCompleted withOperation(@Nullable String name) {
    return copy(name, model, provider, inputTokens, outputTokens, errorType, debateId, round);
  }

  /** A copy with the name of the model. */
  public AgentCallCompleted withModel(@Nullable String name) {
    return copy(operation, name, provider, inputTokens, outputTokens, errorType, debateId, round);
  }

  /** A copy with the name of the provider. */
  public AgentCallCompleted withProvider(@Nullable String name) {
    return copy(operation, model, name, inputTokens, outputTokens, errorType, debateId, round);
  }

  /** A copy with the numbers of tokens sent and received, 0 or more. */
  public AgentCallCompleted withTokens(long input, long output) {
    return copy(operation, model, provider, input, output, errorType, debateId, round);
  }

  /** A copy with the kind of the failure. */
  public AgentCallCompleted withErrorType(@Nullable String type) {
    return copy(operation, model, provider, inputTokens, outputTokens, type, debateId, round);
  }

  /** A copy with the debate that the call belongs to. */
  public AgentCallCompleted withDebateId(@Nullable String id) {
    return copy(operation, model, provider, inputTokens, outputTokens, errorType, id, round);
  }

  /** A copy with the round that the call belongs to, 0 or more. */
  public AgentCallCompleted withRound(long number) {
    return copy(operation, model, provider, inputTokens, outputTokens, errorType, debateId, number);
  }

  private AgentCallCompleted copy(
      @Nullable String operation,
      @Nullable String model,
      @Nullable String provider,
      @Nullable Long inputTokens,
      @Nullable Long outputTokens,
      @Nullable String errorType,
      @Nullable String debateId,
      @Nullable Long round) {
    return new AgentCallCompleted(
        callId,
        agent,
        status,
        durationNanos,
        operation,
        model,
        provider,
        inputTokens,
        outputTokens,
        errorType,
        debateId,
        round);
  }

  public static AgentCallCompleted read(FieldReader in) {
    return new AgentCallCompleted(
        in.name("call_id"),
        in.name("agent"),
        in.oneOf("status", CallStatus.NAMES),
        in.seconds("duration_seconds"),
        in.optionalLabel("operation"),
        in.optionalLabel("model"),
        in.optionalLabel("provider"),
        in.optionalCount("input_tokens"),
        in.optionalCount("output_tokens"),
        in.optionalLabel("error_type"),
        in.optionalName("debate_id"),
        in.optionalCount("round"));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("call_id", callId)
        .name("agent", agent)
        .oneOf("status", CallStatus.NAMES, status)
        .seconds("duration_seconds", durationNanos)
        .optionalLabel("operation", operation)
        .optionalLabel("model", model)
        .optionalLabel("provider", provider)
        .optionalCount("input_tokens", inputTokens)
        .optionalCount("output_tokens", outputTokens)
        .optionalLabel("error_type", errorType)
        .optionalName("debate_id", debateId)
        .optionalCount("round", round);
  }

  @Override
  public String key() {
    return debateId != null ? debateId : callId;
  }
}
