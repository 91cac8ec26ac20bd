package org.aragora.telemetry.producer.stamp;

import org.aragora.telemetry.producer.report.DropReason;

/** An event that cannot go out, with the reason and a sentence. Never reaches the host. */
public final class RefusedEventException extends Exception {
  private static final long serialVersionUID = 1L;

  private final DropReason reason;

  RefusedEventException(DropReason reason, String sentence) {
    super(sentence, null, false, false);
    this.reason = reason;
  }

  public DropReason reason() {
    return reason;
  }
}
