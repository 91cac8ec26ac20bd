package org.aragora.telemetry.exporter.backend;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Destination of payloads. An implementation translates every outcome, including a refused
 * connection, into an {@link Answer}. A stage that fails counts as {@link Answer.Transient}.
 *
 * @param <P> payload of one record
 */
public interface Backend<P> extends AutoCloseable {

  /**
   * Sends one batch. Several worker threads call it at a time; it may block to encode, but not to
   * wait for the answer.
   */
  CompletionStage<Answer<P>> send(List<P> payloads);

  /** Stream and time of a payload; null if the order of payloads does not matter. */
  default @Nullable StreamTime streamTime(P payload) {
    return null;
  }

  @Override
  void close();
}
