package org.aragora.telemetry.counting.flow;

import org.aragora.telemetry.schemas.event.DebateCompleted;

/** A change in the life of a debate. */
public sealed interface DebateChange {

  /** The debate is open from here. */
  record Started(String domain) implements DebateChange {}

  /**
   * The debate is over.
   *
   * @param end the event that ended it
   * @param domain the end's domain, else the start's, else {@code general}
   * @param wasOpen if its start had been counted
   */
  record Ended(DebateCompleted end, String domain, boolean wasOpen) implements DebateChange {}
}
