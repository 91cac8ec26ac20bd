package org.aragora.telemetry.doctor.stack;

/** A program of the stack does not answer, or not as that program does. */
public final class NoAnswerException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  /**
   * Describes the failure.
   *
   * @param message a sentence that names the program and its address
   * @param remedy instruction for the user
   */
  NoAnswerException(String message, String remedy) {
    super(message);
    this.remedy = remedy;
  }

  public String remedy() {
    return remedy;
  }
}
