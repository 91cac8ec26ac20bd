package org.aragora.telemetry.producer.event;

import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventType;
import org.jspecify.annotations.Nullable;

/** An agent's ELO rating changed. */
public final class EloUpdate implements EventDetails {
  private final String agent;
  private final double rating;
  private @Nullable Double previousRating;
  private @Nullable String debateId;
  private @Nullable String domain;

  private EloUpdate(String agent, double rating) {
    this.agent = agent;
    this.rating = rating;
  }

  /**
   * An agent's ELO rating changed.
   *
   * @param agent name of the agent, not empty
   * @param rating the new rating
   */
  public static EloUpdate of(String agent, double rating) {
    return new EloUpdate(agent, rating);
  }

  /** The rating before. */
  public EloUpdate previousRating(double previousRating) {
    this.previousRating = previousRating;
    return this;
  }

  /** The debate that caused it. */
  public EloUpdate debateId(@Nullable String debateId) {
    this.debateId = debateId;
    return this;
  }

  /** Subject area of the rating. */
  public EloUpdate domain(@Nullable String domain) {
    this.domain = domain;
    return this;
  }

  @Override
  public EventType type() {
    return EventType.ELO_UPDATED;
  }

  @Override
  public EloUpdated build() {
    return new EloUpdated(agent, rating, previousRating, debateId, domain);
  }
}
