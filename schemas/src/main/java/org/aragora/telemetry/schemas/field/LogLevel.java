package org.aragora.telemetry.schemas.field;

/** Severity of a log line, by Python's names. */
public enum LogLevel {
  DEBUG,
  INFO,
  WARNING,
  ERROR,
  CRITICAL;

  /** The values as they travel. */
  public static final WireNames<LogLevel> NAMES = WireNames.verbatim(LogLevel.class, values());
}
