package org.aragora.telemetry.chassis.main;

import java.util.concurrent.CompletableFuture;

/** A service that runs from its construction until it is closed or fails. Thread-safe. */
public interface RunningService extends AutoCloseable {

  /** Completes when the service has stopped in good order, exceptionally when it has failed. */
  CompletableFuture<Void> stopped();

  /** Stops in good order and returns when it is done; a second call does nothing. */
  @Override
  void close();
}
