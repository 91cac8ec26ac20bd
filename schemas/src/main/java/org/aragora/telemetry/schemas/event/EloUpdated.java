package org.aragora.telemetry.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * An agent's ELO rating changed.
 *
 * @param agent name of the agent, not empty
 * @param rating the new rating
 * @param previousRating the rating before
 * @param debateId the debate that caused it
 * @param domain subject area of the rating
 */
public record EloUpdated(
    String agent,
    double rating,
    @Nullable Double previousRating,
    @Nullable String debateId,
    @Nullable String domain)
    implements EventData {

  @Override
  public String key() {
    return debateId != null ? debateId : agent;
  }
}
