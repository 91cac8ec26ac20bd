package org.aragora.telemetry.counting.flow;

/** A broken invariant: to go on could serve wrong numbers. */
public final class BrokenInvariantException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BrokenInvariantException(String message) {
    super(message);
  }
}
