package org.aragora.telemetry.doctor;

/** How one line of the checklist came out. */
enum Verdict {
  PASS("pass"),
  FAIL("fail"),
  /** What the line asks about could not be looked at, or has not happened yet. */
  CANNOT_TELL("cannot tell");

  private final String shown;

  Verdict(String shown) {
    this.shown = shown;
  }

  String shown() {
    return shown;
  }
}
