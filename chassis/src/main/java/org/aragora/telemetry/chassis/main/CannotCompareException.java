package org.aragora.telemetry.chassis.main;

/** A comparison that could not be made; the exit code is {@link ExitCodes#DIFFERS}. */
public final class CannotCompareException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * Wraps the reason, whose message becomes the sentence of the command.
   *
   * @param cause reason
   */
  public CannotCompareException(Exception cause) {
    super(cause);
  }
}
