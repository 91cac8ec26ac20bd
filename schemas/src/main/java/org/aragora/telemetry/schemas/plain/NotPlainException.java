package org.aragora.telemetry.schemas.plain;

/** A field that needs the full reader, because its value is unusual or breaks its rule. */
final class NotPlainException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotPlainException() {
    super("not plain", null, false, false);
  }
}
