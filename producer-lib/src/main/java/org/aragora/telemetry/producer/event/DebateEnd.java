package org.aragora.telemetry.producer.event;

import java.time.Duration;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateOutcome;
import org.aragora.telemetry.schemas.event.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A debate ended.
 *
 * <pre>{@code
 * telemetry.debateCompleted(
 *     DebateEnd.of("d-1", DebateOutcome.CONSENSUS, Duration.ofSeconds(95)).rounds(3));
 * }</pre>
 */
public final class DebateEnd implements EventDetails {
  private final String debateId;
  private final DebateOutcome outcome;
  private final Duration duration;
  private @Nullable Long rounds;
  private @Nullable Double confidence;
  private @Nullable String domain;
  private @Nullable String error;

  private DebateEnd(String debateId, DebateOutcome outcome, Duration duration) {
    this.debateId = debateId;
    this.outcome = outcome;
    this.duration = duration;
  }

  /**
   * A debate ended.
   *
   * @param debateId id of the debate, not empty
   * @param outcome how it ended
   * @param duration from start to end, not negative
   */
  public static DebateEnd of(String debateId, DebateOutcome outcome, Duration duration) {
    return new DebateEnd(debateId, outcome, duration);
  }

  /** Rounds that were held, 0 or more. */
  public DebateEnd rounds(long rounds) {
    this.rounds = rounds;
    return this;
  }

  /** Confidence of the consensus. */
  public DebateEnd confidence(double confidence) {
    this.confidence = confidence;
    return this;
  }

  /** Subject area; where it is missing the one of the start counts. */
  public DebateEnd domain(@Nullable String domain) {
    this.domain = domain;
    return this;
  }

  /** What went wrong. Cut after 65,536 characters. */
  public DebateEnd error(@Nullable String error) {
    this.error = error;
    return this;
  }

  @Override
  public EventType type() {
    return EventType.DEBATE_COMPLETED;
  }

  @Override
  public DebateCompleted build() {
    return new DebateCompleted(
        debateId,
        outcome,
        duration.toNanos(),
        rounds,
        confidence,
        domain,
        error == null ? null : FreeText.cut(error));
  }
}
