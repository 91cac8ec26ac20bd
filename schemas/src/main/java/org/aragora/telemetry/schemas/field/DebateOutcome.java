package org.aragora.telemetry.schemas.field;

/** Result of a debate. The field and the label contain the constant's name in lower case. */
public enum DebateOutcome {
  CONSENSUS("completed"),
  NO_CONSENSUS("completed"),
  TIMEOUT("timeout"),
  ERROR("error"),
  CANCELLED("aborted");

  /** The values as they travel. */
  public static final WireNames<DebateOutcome> NAMES =
      WireNames.lowerCase(DebateOutcome.class, values());

  private final String status;

  DebateOutcome(String status) {
    this.status = status;
  }

  /** The {@code status} label of a debate that ended so. */
  public String status() {
    return status;
  }
}
