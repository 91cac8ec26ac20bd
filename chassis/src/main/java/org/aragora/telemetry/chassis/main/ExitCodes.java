package org.aragora.telemetry.chassis.main;

/** Exit codes of every program. */
public final class ExitCodes {
  /** The work is done, or a service stopped in good order. */
  public static final int DONE = 0;

  /** The work failed. */
  public static final int FAILED = 1;

  /** The usage is wrong or a setting is refused; trying again does not help. */
  public static final int USAGE = 2;

  /** A comparison found a difference, or could not be made. */
  public static final int DIFFERS = 3;

  private ExitCodes() {}
}
