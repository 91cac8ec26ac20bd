package org.aragora.telemetry.processor.flow;

/** Something that must always hold does not: going on could serve wrong numbers. */
public final class BrokenInvariantException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BrokenInvariantException(String message) {
    super(message);
  }
}
