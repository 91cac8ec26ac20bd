package org.aragora.telemetry.processor.flow;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Times up to which the topics are served as complete, from one takeover to the next. Thread-safe.
 *
 * <p>Events take milliseconds to seconds from their time to their append, some longer than others.
 * So the lowest partition time goes back a little when a partition is idle no longer. That earlier
 * times are complete stays true, so the later time is served. A step back of more than that is a
 * clock that was ahead: the new time is served.
 *
 * <p>After a takeover, what the predecessor served last is not known. It was later than the first
 * time here by at most that step. So nothing is served until the time has advanced by the step, or
 * has not done so for half of the minute that dashboards look back.
 */
public final class CompleteUntil {
  private static final long LONGEST_STEP_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LONGEST_SILENCE_NANOS = Duration.ofSeconds(30).toNanos();

  private final boolean hasPredecessor;
  private final Map<InputTopic, Long> first = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Long> firstAt = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Long> served = new EnumMap<>(InputTopic.class);

  /** {@code hasPredecessor}: if another task, now or long ago, has served these times. */
  public CompleteUntil(boolean hasPredecessor) {
    this.hasPredecessor = hasPredecessor;
  }

  /**
   * Returns the time to serve, empty if that of the predecessor may have been later. Unit:
   * nanoseconds since 1970, as that of {@code nanos}.
   *
   * @param atNanos {@link System#nanoTime} of now
   */
  public synchronized OptionalLong served(InputTopic topic, long nanos, long atNanos) {
    Long before = served.get(topic);
    if (before == null && hasPredecessor && isSilent(topic, nanos, atNanos)) {
      return OptionalLong.empty();
    }
    long now = isSmallStepBack(before, nanos) ? before : nanos;
    served.put(topic, now);
    return OptionalLong.of(now);
  }

  private boolean isSilent(InputTopic topic, long nanos, long atNanos) {
    first.putIfAbsent(topic, nanos);
    firstAt.putIfAbsent(topic, atNanos);
    return nanos - first.get(topic) < LONGEST_STEP_NANOS
        && atNanos - firstAt.get(topic) < LONGEST_SILENCE_NANOS;
  }

  private static boolean isSmallStepBack(@Nullable Long before, long nanos) {
    return before != null && nanos < before && before - nanos <= LONGEST_STEP_NANOS;
  }
}
