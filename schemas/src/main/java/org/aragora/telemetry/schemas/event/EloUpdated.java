package org.aragora.telemetry.schemas.event;

import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;
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

  /** A rating without its optional fields. */
  public static EloUpdated of(String agent, double rating) {
    return new EloUpdated(agent, rating, null, null, null);
  }

  /** A copy with the rating before. */
  public EloUpdated withPreviousRating(double previous) {
    return new EloUpdated(agent, rating, previous, debateId, domain);
  }

  /** A copy with the debate that caused the change. */
  public EloUpdated withDebateId(@Nullable String id) {
    return new EloUpdated(agent, rating, previousRating, id, domain);
  }

  /** A copy with the subject area of the rating. */
  public EloUpdated withDomain(@Nullable String area) {
    return new EloUpdated(agent, rating, previousRating, debateId, area);
  }

  public static EloUpdated read(FieldReader in) {
    return new EloUpdated(
        in.name("agent"),
        in.number("rating"),
        in.optionalNumber("previous_rating"),
        in.optionalName("debate_id"),
        in.optionalLabel("domain"));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("agent", agent)
        .number("rating", rating)
        .optionalNumber("previous_rating", previousRating)
        .optionalName("debate_id", debateId)
        .optionalLabel("domain", domain);
  }

  @Override
  public String key() {
    return debateId != null ? debateId : agent;
  }
}
