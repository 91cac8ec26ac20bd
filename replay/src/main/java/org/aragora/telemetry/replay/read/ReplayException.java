package org.aragora.telemetry.replay.read;

/** A replay cannot be done as asked. The message is a sentence that can be shown as it is. */
public final class ReplayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ReplayException(String sentence) {
    super(sentence);
  }

  public ReplayException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
