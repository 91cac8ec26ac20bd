package org.aragora.telemetry.testbed.oracle.record;

/** Thrown for a record that is not a valid event; the message is the reason of its dead letter. */
public final class InvalidEventException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidEventException(String reason) {
    super(reason, null, false, false);
  }

  /** Reason of the dead letter. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
