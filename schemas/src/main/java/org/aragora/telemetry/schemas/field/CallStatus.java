package org.aragora.telemetry.schemas.field;

/** Result of an agent call. The field and the label contain the constant's name in lower case. */
public enum CallStatus {
  SUCCESS,
  ERROR,
  TIMEOUT;

  /** The values as they travel. */
  public static final WireNames<CallStatus> NAMES = WireNames.lowerCase(CallStatus.class, values());
}
