package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether the exporter works, with the cause if it does not. Not ready when progress stops, not
 * alive when the loop does. Written by the loop, read by the HTTP server.
 */
public final class Health {

  private static final Duration LOOP_TIMEOUT = Duration.ofMinutes(2);

  private final Duration progressTimeout;
  private final java.util.function.LongSupplier nanoTime;
  private volatile long lastIteration;
  private volatile long lastProgress;
  private volatile boolean waiting;
  private volatile @Nullable String lastTrouble;
  private volatile @Nullable String kafkaTrouble = "it has not joined its consumer group yet";
  private volatile @Nullable String end;

  /** Healthy until told otherwise; {@code nanoTime} is monotonic. */
  public Health(Duration progressTimeout, java.util.function.LongSupplier nanoTime) {
    this.progressTimeout = progressTimeout;
    this.nanoTime = nanoTime;
    lastIteration = nanoTime.getAsLong();
    lastProgress = lastIteration;
  }

  /** Why the process should be restarted, or null. */
  public @Nullable String notAlive() {
    if (end != null) {
      return "The loop has ended: " + end;
    }
    Duration silent = since(lastIteration);
    return silent.compareTo(LOOP_TIMEOUT) > 0
        ? "The loop has not come round for " + silent.toSeconds() + " s."
        : null;
  }

  /** Why the exporter does not do its work at present, or null. */
  public @Nullable String notReady() {
    String notAlive = notAlive();
    if (notAlive != null) {
      return notAlive;
    }
    if (kafkaTrouble != null) {
      return "Kafka: " + kafkaTrouble + ".";
    }
    Duration stuck = since(lastProgress);
    if (waiting && stuck.compareTo(progressTimeout) > 0) {
      return "Nothing was acknowledged for "
          + stuck.toSeconds()
          + " s while records wait; "
          + (lastTrouble == null ? "no answer came." : "last answer: " + lastTrouble);
    }
    return null;
  }

  private Duration since(long nanos) {
    return Duration.ofNanos(nanoTime.getAsLong() - nanos);
  }

  void iterated(boolean recordsWait) {
    lastIteration = nanoTime.getAsLong();
    if (!recordsWait) {
      lastProgress = lastIteration;
    }
    waiting = recordsWait;
  }

  void progressed() {
    lastProgress = nanoTime.getAsLong();
    lastTrouble = null;
  }

  void troubled(String answer) {
    lastTrouble = answer;
  }

  void kafka(@Nullable String trouble) {
    kafkaTrouble = trouble;
  }

  void ended(String cause) {
    end = cause;
  }
}
