package org.aragora.telemetry.chassis.http;

import java.util.function.Supplier;

/**
 * State of a service or of a part of it, with its cause.
 *
 * @param ok true if it works
 * @param cause a sentence for a person on call
 */
public record Health(boolean ok, String cause) {

  /** Returns the state of something that works. */
  public static Health good(String cause) {
    return new Health(true, cause);
  }

  /** Returns the state of something that does not work. */
  public static Health bad(String cause) {
    return new Health(false, cause);
  }

  /** Returns what a check returns; a check that throws is bad, with the exception as cause. */
  public static Health of(Supplier<Health> check) {
    try {
      return check.get();
    } catch (RuntimeException e) {
      return bad("the check has failed: " + e);
    }
  }

  /** Returns this state, or the other one if this one is good. */
  public Health and(Health other) {
    return ok && !other.ok ? other : this;
  }
}
