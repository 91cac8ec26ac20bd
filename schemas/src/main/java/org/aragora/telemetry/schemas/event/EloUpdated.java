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

  static EloUpdated read(FieldReader in) {
    return new EloUpdated(
        in.name("agent"),
        in.number("rating"),
        in.optionalNumber("previous_rating"),
        in.optionalName("debate_id"),
        in.optionalText("domain"));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("agent", agent)
        .number("rating", rating)
        .number("previous_rating", previousRating)
        .name("debate_id", debateId)
        .text("domain", domain);
  }

  @Override
  public String key() {
    return debateId != null ? debateId : agent;
  }
}
