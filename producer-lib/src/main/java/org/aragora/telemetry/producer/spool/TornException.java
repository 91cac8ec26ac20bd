package org.aragora.telemetry.producer.spool;

import java.io.IOException;

/** What is at a place of a log was never written whole, or is damaged. */
final class TornException extends IOException {
  private static final long serialVersionUID = 1L;

  TornException(Position at) {
    super(
        "The spool's segment "
            + at.segment()
            + " cannot be read from byte "
            + at.offset()
            + " on.");
  }
}
