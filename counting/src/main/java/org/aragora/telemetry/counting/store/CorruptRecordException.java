package org.aragora.telemetry.counting.store;

/**
 * A record of one of our own topics or stores cannot be read. Nothing is safe to assume about it.
 */
public final class CorruptRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CorruptRecordException(String message) {
    super(message);
  }
}
