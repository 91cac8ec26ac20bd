package org.aragora.telemetry.chassis.door;

/** Refusal of the file; the message is a reason that follows "is refused: ". */
final class BadWebConfigException extends Exception {
  private static final long serialVersionUID = 1;

  BadWebConfigException(String reason) {
    super(reason);
  }
}
