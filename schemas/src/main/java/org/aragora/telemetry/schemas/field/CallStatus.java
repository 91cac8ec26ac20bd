package org.aragora.telemetry.schemas.field;

/**
 * How an agent call ended. The constant's name in lower case is what travels and what the label
 * says.
 */
public enum CallStatus {
  SUCCESS,
  ERROR,
  TIMEOUT;

  /** The values as they travel. */
  public static final WireNames<CallStatus> NAMES = WireNames.lowerCase(CallStatus.class, values());
}
