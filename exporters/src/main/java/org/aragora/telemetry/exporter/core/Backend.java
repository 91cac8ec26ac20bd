package org.aragora.telemetry.exporter.core;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Where payloads go. An implementation translates every outcome, also a refused connection, into an
 * {@link Answer}; a stage that fails is read as transient.
 *
 * @param <P> what one record became
 */
public interface Backend<P> extends AutoCloseable {

  /**
   * Sends one batch. Called on a worker thread, several at a time; may block for encoding, not for
   * the answer.
   */
  CompletionStage<Answer<P>> send(List<P> payloads);

  @Override
  void close();
}
