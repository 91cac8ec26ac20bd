package org.aragora.telemetry.schemas.codec;

import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;

/** Result of decoding a record's value: an event, or the reason for a dead letter. */
public sealed interface Decoded {

  /** A valid event. */
  record Valid(Event event) implements Decoded {}

  /**
   * A value that is not a valid event.
   *
   * @param reason the first rule that it breaks
   * @param message a sentence that names the field and the value at fault
   */
  record Invalid(DeadLetterReason reason, String message) implements Decoded {}
}
