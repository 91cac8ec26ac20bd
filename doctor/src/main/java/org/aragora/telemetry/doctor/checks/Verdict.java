package org.aragora.telemetry.doctor.checks;

/** Result of one line of the checklist. */
public enum Verdict {
  PASS("pass"),
  FAIL("fail"),
  /** The subject of the line could not be read, or has not happened yet. */
  CANNOT_TELL("cannot tell");

  private final String shown;

  Verdict(String shown) {
    this.shown = shown;
  }

  public String shown() {
    return shown;
  }
}
