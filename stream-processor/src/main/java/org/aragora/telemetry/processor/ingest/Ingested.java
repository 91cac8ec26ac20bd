package org.aragora.telemetry.processor.ingest;

import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.schemas.codec.Decoded;

/** What became of one record: exactly one of three. */
sealed interface Ingested {

  /** It counts. */
  record Counted(CountedEvent event) implements Ingested {}

  /** It was counted before. */
  record Duplicate() implements Ingested {}

  /** It is no valid event. */
  record DeadLetter(Decoded.Invalid invalid) implements Ingested {}
}
