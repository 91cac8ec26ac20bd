package org.aragora.telemetry.schemas.topic;

import java.util.Locale;

/**
 * Reason for which a record is not a valid event, in the order in which the rules are tried: the
 * first that applies counts.
 */
public enum DeadLetterReason {
  NULL_VALUE,
  TOO_LARGE,
  UNDECODABLE,
  UNKNOWN_TYPE,
  WRONG_TOPIC,
  INVALID_FIELD,
  TIMESTAMP_OUT_OF_RANGE;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The {@code reason} label and header value, such as {@code null_value}. */
  public String label() {
    return label;
  }
}
