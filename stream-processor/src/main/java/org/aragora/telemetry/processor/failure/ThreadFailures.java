package org.aragora.telemetry.processor.failure;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.aragora.telemetry.counting.flow.BrokenInvariantException;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides if a stream thread that failed is replaced. A thread that fails for the same reason
 * without a commit between is replaced three times; then counting stops. What would give wrong
 * numbers, and a record that can never be written, stops it at once. Thread-safe.
 */
public final class ThreadFailures implements StreamsUncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadFailures.class);
  private static final int REPLACEMENTS = 3;

  /** A failure that comes again after so long is another one. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

  /** Kafka's message advises a tool that would delete what was counted. */
  private static final String RESET_TOOL = "StreamsResetter";

  /** The service around the threads. */
  public interface Surroundings {

    /** The next offset that the group has not committed; empty if unknown. */
    OptionalLong committed(String topic, int partition);

    /** Returns true if records for a topic are cut to its limit when that is read again. */
    boolean isCut(String topic);

    /** The command that raises the limit of a topic. */
    String raise(String topic);
  }

  private record Reason(Class<?> type, Place place) {}

  private record Repetition(int times, OptionalLong committed, long atNanos) {}

  private final Places places;
  private final Surroundings surroundings;
  private final LongSupplier nanoClock;
  private final Map<Reason, Repetition> repetitions = new HashMap<>();
  private @Nullable String last;
  private long lastNanos;
  private @Nullable String stopped;

  public ThreadFailures(Places places, Surroundings surroundings, LongSupplier nanoClock) {
    this.places = places;
    this.surroundings = surroundings;
    this.nanoClock = nanoClock;
  }

  @Override
  public StreamThreadExceptionResponse handle(Throwable failure) {
    Throwable cause = cause(failure);
    Place place = located(places.of(failure));
    String text = text(cause);
    String remedy = remedyIfHopeless(cause, place);
    if (remedy == null && repeats(cause, place) > REPLACEMENTS) {
      remedy =
          "its thread was replaced %d times without a commit: correct the cause and start again; the record is not skipped"
              .formatted(REPLACEMENTS);
    }
    if (remedy != null) {
      stop("%s%s; %s".formatted(place.text(), text, remedy), failure);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    String sentence = "a stream thread failed: %s%s".formatted(place.text(), text);
    synchronized (this) {
      last = sentence;
      lastNanos = nanoClock.getAsLong();
    }
    LOG.warn("Replaced, and its work goes on from the last commit: {}", sentence);
    LOG.debug("Its cause", failure); // Kafka Streams has logged it
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  /**
   * Notes that a thread had committed before it failed: a failure that has no place is none of the
   * same reason any more.
   */
  public synchronized void onCommit() {
    repetitions.keySet().removeIf(reason -> reason.place().topic() == null);
  }

  /** Notes that counting has stopped, once. {@code why}: place, cause and remedy. */
  public void stop(String why, @Nullable Throwable failure) {
    synchronized (this) {
      if (stopped != null) {
        return;
      }
      stopped = "counting has stopped: " + why;
    }
    LOG.error("Counting has stopped: {}", why);
    LOG.debug("Its cause", failure);
  }

  /** The reason for which counting has stopped; empty while it has not. */
  public synchronized Optional<String> stopped() {
    return Optional.ofNullable(stopped);
  }

  /** The last failure after which a thread was replaced; empty if it is long ago. */
  public synchronized Optional<String> last() {
    boolean old = nanoClock.getAsLong() - lastNanos > FORGOTTEN_AFTER.toNanos();
    return old ? Optional.empty() : Optional.ofNullable(last);
  }

  /** The next record that is not committed, if the failure has no record of its own. */
  private Place located(Place place) {
    if (place.topic() == null || place.offset() >= 0) {
      return place;
    }
    OptionalLong next = surroundings.committed(place.topic(), place.partition());
    return new Place(place.topic(), place.partition(), next.orElse(-1), false, place.sink());
  }

  private @Nullable String remedyIfHopeless(Throwable cause, Place place) {
    if (cause instanceof RecordTooLargeException
        && place.sink() != null
        && !surroundings.isCut(place.sink())) {
      return "raise the limit, then start again: " + surroundings.raise(place.sink());
    }
    if (cause instanceof IncompatibleMetricException
        || cause instanceof CorruptRecordException
        || cause instanceof BrokenInvariantException
        || cause instanceof Error) {
      return "it stops so that no wrong number is served";
    }
    return null;
  }

  /** Counts how often a reason has come without a commit between, this time among them. */
  private synchronized int repeats(Throwable cause, Place place) {
    if (cause instanceof RetriableException) {
      return 0; // the broker does not answer; it is waited for without limit
    }
    long nowNanos = nanoClock.getAsLong();
    repetitions.values().removeIf(old -> nowNanos - old.atNanos() > FORGOTTEN_AFTER.toNanos());
    OptionalLong committed =
        place.topic() == null
            ? OptionalLong.empty()
            : surroundings.committed(place.topic(), place.partition());
    Reason reason =
        new Reason(
            cause.getClass(), new Place(place.topic(), place.partition(), -1, false, place.sink()));
    Repetition before = repetitions.get(reason);
    int times = before != null && before.committed().equals(committed) ? before.times() + 1 : 1;
    repetitions.put(reason, new Repetition(times, committed, nowNanos));
    return times;
  }

  /** The first cause that has a meaning of its own, else the deepest one. */
  private static Throwable cause(Throwable failure) {
    Throwable deepest = failure;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IncompatibleMetricException
          || cause instanceof CorruptRecordException
          || cause instanceof BrokenInvariantException
          || cause instanceof RecordTooLargeException
          || cause instanceof Error) {
        return cause;
      }
      deepest = cause;
    }
    return deepest;
  }

  private static String text(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (message.contains(RESET_TOOL)) {
      return "a changelog has another number of partitions than its input topic, which is fixed for a generation (run 'bin/telemetry replay --output generation' to count again from the topics, then 'replay promote')";
    }
    return cause.getClass().getSimpleName()
        + ": "
        + (cause instanceof AuthorizationException ? permission(cause, message) : message);
  }

  /** Names the permission that the brokers leave out of some of their answers. */
  private static String permission(Throwable cause, String message) {
    if (cause instanceof TopicAuthorizationException topics
        && topics.unauthorizedTopics().isEmpty()) {
      return message
          + " This user is not authorized: it lacks Create on topics that begin with the"
          + " application id";
    }
    return cause instanceof TransactionalIdAuthorizationException
        ? message
            + " This user is not authorized: it lacks Write on transactional ids that begin with"
            + " the application id"
        : message;
  }
}
