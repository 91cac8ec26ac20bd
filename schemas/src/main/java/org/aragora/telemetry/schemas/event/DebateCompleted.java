package org.aragora.telemetry.schemas.event;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.Nanos;
import org.jspecify.annotations.Nullable;

/**
 * A debate ended. The first one of a debate counts, later ones change nothing.
 *
 * @param debateId id of the debate, not empty
 * @param outcome result of the debate
 * @param durationNanos from start to end, 0 to 1e18 ns
 * @param rounds rounds that were held, 0 or more
 * @param confidence confidence of the consensus
 * @param domain subject area; null or empty: the start's
 * @param error description of a failure
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

  /** An end without its optional fields. */
  public static DebateCompleted of(String debateId, DebateOutcome outcome, Duration duration) {
    return new DebateCompleted(debateId, outcome, Nanos.of(duration), null, null, null, null);
  }

  /** A copy with the number of rounds that were held, 0 or more. */
  public DebateCompleted withRounds(long number) {
    return copy(number, confidence, domain, error);
  }

  /** A copy with the confidence of the consensus. */
  public DebateCompleted withConfidence(double number) {
    return copy(rounds, number, domain, error);
  }

  /** A copy with a subject area. */
  public DebateCompleted withDomain(@Nullable String area) {
    return copy(rounds, confidence, area, error);
  }

  /** A copy with the description of a failure. */
  public DebateCompleted withError(@Nullable String description) {
    return copy(rounds, confidence, domain, description);
  }

  private DebateCompleted copy(
      @Nullable Long rounds,
      @Nullable Double confidence,
      @Nullable String domain,
      @Nullable String error) {
    return new DebateCompleted(debateId, outcome, durationNanos, rounds, confidence, domain, error);
  }

  @Override
  public DebateCompleted cutTexts(UnaryOperator<String> cut) {
    return error == null ? this : withError(cut.apply(error));
  }

  public static DebateCompleted read(FieldReader in) {
    return new DebateCompleted(
        in.name("debate_id"),
        in.oneOf("outcome", DebateOutcome.NAMES),
        in.seconds("duration_seconds"),
        in.optionalCount("rounds"),
        in.optionalNumber("confidence"),
        in.optionalLabel("domain"),
        in.optionalText("error"));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("debate_id", debateId)
        .oneOf("outcome", DebateOutcome.NAMES, outcome)
        .seconds("duration_seconds", durationNanos)
        .optionalCount("rounds", rounds)
        .optionalNumber("confidence", confidence)
        .optionalLabel("domain", domain)
        .optionalText("error", error);
  }

  @Override
  public String key() {
    return debateId;
  }
}
