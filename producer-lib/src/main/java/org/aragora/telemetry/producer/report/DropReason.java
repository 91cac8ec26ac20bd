package org.aragora.telemetry.producer.report;

import java.util.Locale;

/** Reason for which an event was dropped. */
public enum DropReason {
  /** The queue, or the spool, of its topic holds as much as it may. */
  FULL,
  /** Its value would be over 1 MiB. */
  TOO_LARGE,
  /** The processor would not count it: a field is missing or its value does not fit. */
  INVALID,
  /** The producer was closed before. */
  CLOSED,
  /**
   * It was accepted and never acknowledged: refused by the broker, over the delivery timeout, or
   * left when the producer was closed.
   */
  UNDELIVERED,
  /** The spool could not be written. */
  SPOOL_FAILED,
  /** It was accepted, and the spool holds it no longer in readable form. */
  DAMAGED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it is written in logs, such as {@code too_large}. */
  public String label() {
    return label;
  }
}
