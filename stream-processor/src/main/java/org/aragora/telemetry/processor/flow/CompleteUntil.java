package org.aragora.telemetry.processor.flow;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * Times up to which the topics were served as complete. Thread-safe.
 *
 * <p>Events take milliseconds to seconds from their time to their append, some longer than others.
 * So the lowest partition time goes back a little when a partition is idle no longer. That earlier
 * times are complete stays true, so the later time is served. A step back of more than that is a
 * clock that was ahead: the new time is served.
 */
public final class CompleteUntil {
  private static final long LONGEST_STEP_NANOS = 10_000_000_000L;

  private final Map<InputTopic, Long> served = new ConcurrentHashMap<>();

  /** Returns the time to serve. Unit: nanoseconds since 1970, as that of the argument. */
  public long served(InputTopic topic, long nanos) {
    return served.merge(
        topic,
        nanos,
        (before, now) -> now < before && before - now <= LONGEST_STEP_NANOS ? before : now);
  }
}
