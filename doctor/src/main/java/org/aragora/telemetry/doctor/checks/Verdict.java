package org.aragora.telemetry.doctor.checks;

/** Result of one line of the checklist. */
public enum Verdict {
  PASS,
  FAIL,
  /** The subject of the line could not be read, or has not happened yet. */
  CANNOT_TELL
}
