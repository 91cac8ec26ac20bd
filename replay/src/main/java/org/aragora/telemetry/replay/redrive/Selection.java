package org.aragora.telemetry.replay.redrive;

import java.util.Set;

/**
 * Filter of the dead letters to send back.
 *
 * @param reasons only these; empty: all
 * @param topics only these, by their full names; empty: all
 * @param fromMs written at this time or later, milliseconds since 1970
 * @param toMs written before this time
 * @param again also those that failed again after they were sent back
 */
public record Selection(
    Set<String> reasons, Set<String> topics, long fromMs, long toMs, boolean again) {

  boolean takes(Parked parked) {
    return (reasons.isEmpty() || reasons.contains(parked.reason()))
        && (topics.isEmpty() || topics.contains(parked.topic()))
        && parked.record().timestamp() >= fromMs
        && parked.record().timestamp() < toMs;
  }
}
