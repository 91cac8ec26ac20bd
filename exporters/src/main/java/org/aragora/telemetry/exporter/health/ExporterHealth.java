package org.aragora.telemetry.exporter.health;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.aragora.telemetry.chassis.http.Health;
import org.jspecify.annotations.Nullable;

/**
 * Health of an exporter, with the cause if it fails. It is not alive if the loop has stopped, and
 * not ready if it makes no progress. Written by the loop, read by the HTTP server.
 */
public final class ExporterHealth {

  private static final Health OK = Health.good("ok");
  private static final Duration LOOP_TIMEOUT = Duration.ofMinutes(2);

  private final Duration progressTimeout;
  private final LongSupplier nanos;
  private volatile long lastIteration;
  private volatile long lastProgress;
  private volatile boolean waiting;
  private volatile @Nullable String lastFailure;
  private volatile @Nullable String groupFailure = GroupContact.NOT_JOINED;
  private volatile @Nullable String end;

  public ExporterHealth(Duration progressTimeout) {
    this(progressTimeout, System::nanoTime);
  }

  /** {@code nanos}: as {@link System#nanoTime}. */
  public ExporterHealth(Duration progressTimeout, LongSupplier nanos) {
    this.progressTimeout = progressTimeout;
    this.nanos = nanos;
    lastIteration = nanos.getAsLong();
    lastProgress = lastIteration;
  }

  /** Bad if the process must be restarted. */
  public Health live() {
    if (end != null) {
      return Health.bad("The loop has ended: " + end);
    }
    Duration silence = since(lastIteration);
    return silence.compareTo(LOOP_TIMEOUT) > 0
        ? Health.bad("The loop has not come round for %d s.".formatted(silence.toSeconds()))
        : OK;
  }

  /** Bad if nothing is exported at present. */
  public Health ready() {
    return live().and(contact()).and(progress());
  }

  private Health contact() {
    return groupFailure == null ? OK : Health.bad("Kafka: %s.".formatted(groupFailure));
  }

  private Health progress() {
    Duration stuck = since(lastProgress);
    if (!waiting || stuck.compareTo(progressTimeout) <= 0) {
      return OK;
    }
    return Health.bad(
        "Nothing was acknowledged for %d s while records wait; %s"
            .formatted(
                stuck.toSeconds(),
                lastFailure == null ? "no answer came." : "last answer: " + lastFailure));
  }

  private Duration since(long start) {
    return Duration.ofNanos(nanos.getAsLong() - start);
  }

  /** Records one iteration of the loop. */
  public void onIteration(boolean recordsWait) {
    lastIteration = nanos.getAsLong();
    if (!recordsWait) {
      lastProgress = lastIteration;
    }
    waiting = recordsWait;
  }

  /** Records that a record was settled. */
  public void onProgress() {
    lastProgress = nanos.getAsLong();
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
