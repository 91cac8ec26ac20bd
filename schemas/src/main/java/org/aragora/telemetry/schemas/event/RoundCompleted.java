package org.aragora.telemetry.schemas.event;

import java.time.Duration;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.Nanos;

/**
 * One round of a debate is over.
 *
 * @param debateId id of the debate, not empty
 * @param round number of the round, 0 or more
 * @param durationNanos duration of the round, 0 to 1e18 ns
 */
public record RoundCompleted(String debateId, long round, long durationNanos) implements EventData {

  /** A round with its duration. */
  public static RoundCompleted of(String debateId, long round, Duration duration) {
    return new RoundCompleted(debateId, round, Nanos.of(duration));
  }

  public static RoundCompleted read(FieldReader in) {
    return new RoundCompleted(
        in.name("debate_id"), in.count("round"), in.seconds("duration_seconds"));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("debate_id", debateId)
        .count("round", round)
        .seconds("duration_seconds", durationNanos);
  }

  @Override
  public String key() {
    return debateId;
  }
}
