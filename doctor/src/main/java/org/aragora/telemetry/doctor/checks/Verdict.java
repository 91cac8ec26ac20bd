package org.aragora.telemetry.doctor.checks;

/** How one line of the checklist came out. */
public enum Verdict {
  PASS("pass"),
  FAIL("fail"),
  /** What the line asks about could not be looked at, or has not happened yet. */
  CANNOT_TELL("cannot tell");

  private final String shown;

  Verdict(String shown) {
    this.shown = shown;
  }

  public String shown() {
    return shown;
  }
}
