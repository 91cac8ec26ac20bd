package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * What a backend said to one batch. The three cases are all that the loop acts on; who reads a
 * status code decides between them.
 *
 * @param <P> what one record became
 */
public sealed interface Answer<P> {

  /** Everything in the batch is durable at the backend. */
  record Acknowledged<P>() implements Answer<P> {}

  /**
   * Not now: the same batch is sent again after a pause.
   *
   * @param cause bounded label of the metric, such as {@code http_503} or {@code timeout}
   * @param message a sentence for the person on call
   * @param retryAfter the pause that the backend asked for, zero if it did not
   */
  record Transient<P>(String cause, String message, Duration retryAfter) implements Answer<P> {

    /** Without a wish for the pause. */
    public Transient(String cause, String message) {
      this(cause, message, Duration.ZERO);
    }
  }

  /**
   * At least one record of the batch will never be taken. The loop narrows it down; one record
   * refused alone is a dead letter.
   *
   * @param reason bounded label and dead-letter header, such as {@code refused} or {@code too_old}
   * @param message what the backend said
   * @param certainly payloads that the answer condemns by itself, so that they need not be sent
   *     alone
   */
  record Refused<P>(String reason, String message, Predicate<P> certainly) implements Answer<P> {

    /** Where the answer does not say which one. */
    public Refused(String reason, String message) {
      this(reason, message, payload -> false);
    }
  }
}
