package org.aragora.telemetry.schemas.codec;

/** A field that breaks its rule; the message is the dead letter's. */
final class InvalidFieldException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The sentence {@code Field data.status must be … but is …}. */
  InvalidFieldException(String field, String must, String is) {
    super("Field " + field + " must be " + must + " but is " + is + ".", null, false, false);
  }
}
