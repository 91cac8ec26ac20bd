package org.aragora.telemetry.doctor;

/** A program of the stack does not answer, or not as that program does. */
final class NoAnswerException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  /**
   * What went wrong.
   *
   * @param message a sentence that names the program and its address
   * @param remedy what to do about it
   */
  NoAnswerException(String message, String remedy) {
    super(message);
    this.remedy = remedy;
  }

  String remedy() {
    return remedy;
  }

  /** As the finding of a line for which that is the given verdict. */
  Finding finding(Verdict verdict) {
    return new Finding(verdict, String.valueOf(getMessage()), remedy);
  }
}
