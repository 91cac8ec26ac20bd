package org.aragora.telemetry.exporter.health;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Health of an exporter, with the cause if it fails. It is not alive if the loop has stopped, and
 * not ready if it makes no progress. Written by the loop, read by the HTTP server.
 */
public final class ExporterHealth {

  private static final Duration LOOP_TIMEOUT = Duration.ofMinutes(2);

  private final Duration progressTimeout;
  private volatile long lastIteration = System.nanoTime();
  private volatile long lastProgress = lastIteration;
  private volatile boolean waiting;
  private volatile @Nullable String lastFailure;
  private volatile @Nullable String groupFailure = GroupContact.NOT_JOINED;
  private volatile @Nullable String end;

  public ExporterHealth(Duration progressTimeout) {
    this.progressTimeout = progressTimeout;
  }

  /** Reason to restart the process, null if it is alive. */
  public @Nullable String notAlive() {
    if (end != null) {
      return "The loop has ended: " + end;
    }
    Duration silence = since(lastIteration);
    return silence.compareTo(LOOP_TIMEOUT) > 0
        ? "The loop has not come round for %d s.".formatted(silence.toSeconds())
        : null;
  }

  /** Reason why the exporter exports nothing at present, null if it is ready. */
  public @Nullable String notReady() {
    String notAlive = notAlive();
    if (notAlive != null) {
      return notAlive;
    }
    if (groupFailure != null) {
      return "Kafka: %s.".formatted(groupFailure);
    }
    Duration stuck = since(lastProgress);
    if (waiting && stuck.compareTo(progressTimeout) > 0) {
      return "Nothing was acknowledged for %d s while records wait; %s"
          .formatted(
              stuck.toSeconds(),
              lastFailure == null ? "no answer came." : "last answer: " + lastFailure);
    }
    return null;
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  /** Records one iteration of the loop. */
  public void onIteration(boolean recordsWait) {
    lastIteration = System.nanoTime();
    if (!recordsWait) {
      lastProgress = lastIteration;
    }
    waiting = recordsWait;
  }

  /** Records that a record was settled. */
  public void onProgress() {
    lastProgress = System.nanoTime();
    lastFailure = null;
  }

  public void onFailure(String message) {
    lastFailure = message;
  }

  /** Records the state of the consumer group, null if there is contact. */
  public void onGroupContact(@Nullable String failure) {
    groupFailure = failure;
  }

  public void onEnd(String cause) {
    end = cause;
  }
}
