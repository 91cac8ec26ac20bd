package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a backend said to one batch. The three cases are all that the loop acts on; who reads a
 * status code decides between them.
 *
 * @param <P> what one record became
 */
public sealed interface Answer<P> {
  /** Reason of a refusal: the backend does not take a record as it is. */
  String REFUSED = "refused";

  /** Reason of a refusal: the backend took the rest of the batch. */
  String REJECTED = "rejected";

  /** Reason of a refusal: the record is larger than the backend takes. */
  String TOO_LARGE = "too_large";

  /** Reason of a refusal: the record is older than the backend takes. */
  String TOO_OLD = "too_old";

  /** Reason of a dead letter that no backend has seen: we could not convert the record. */
  String UNCONVERTIBLE = "unconvertible";

  /** Every reason of a dead letter. */
  List<String> REASONS = List.of(REFUSED, REJECTED, TOO_LARGE, TOO_OLD, UNCONVERTIBLE);

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
   * @param reason label and dead-letter header, one of {@link #REASONS}
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
