package org.aragora.telemetry.exporter.backend;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Outcome of sending one batch. The loop acts on these three cases only; a backend maps its status
 * codes to them.
 *
 * @param <P> payload of one record
 */
public sealed interface Answer<P> {

  /** Reason of a dead letter: label of the metric and header of the record. */
  enum Reason {
    /** The backend does not accept the record as it is. */
    REFUSED,
    /** The backend accepted the rest of the batch. */
    REJECTED,
    /** The record is larger than the backend accepts. */
    TOO_LARGE,
    /** The record is older than the backend accepts. */
    TOO_OLD,
    /** The exporter could not convert the record, so no backend received it. */
    UNCONVERTIBLE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in lower case. */
    public String label() {
      return label;
    }
  }

  /** The backend has stored the whole batch. */
  record Acknowledged<P>() implements Answer<P> {}

  /**
   * Failure that passes: the same batch is sent again after a pause.
   *
   * @param cause bounded label of the metric, such as {@code http_503} or {@code timeout}
   * @param message a sentence for the person on call
   * @param retryAfter the pause that the backend asked for, zero without
   */
  record Transient<P>(String cause, String message, Duration retryAfter) implements Answer<P> {

    /** Failure without a requested pause. */
    public Transient(String cause, String message) {
      this(cause, message, Duration.ZERO);
    }
  }

  /**
   * Failure that no retry changes, caused by at least one record of the batch. The loop narrows it
   * down; a record that fails alone becomes a dead letter.
   *
   * @param message text of the backend
   * @param causes true for payloads that certainly cause the failure and need not be sent alone
   */
  record Permanent<P>(Reason reason, String message, Predicate<P> causes) implements Answer<P> {

    /** Failure that may be caused by any payload of the batch. */
    public Permanent(Reason reason, String message) {
      this(reason, message, payload -> false);
    }
  }
}
