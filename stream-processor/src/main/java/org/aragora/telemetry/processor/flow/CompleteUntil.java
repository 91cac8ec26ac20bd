package org.aragora.telemetry.processor.flow;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
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
 * <p>What a predecessor served is not known, but at most the highest time that the topic can have
 * reached by the takeover. Nothing is served until the time is later than that. A time that does
 * not get there is served after half of the minute that dashboards look back.
 */
public final class CompleteUntil {
  private static final long LONGEST_STEP_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LONGEST_SILENCE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long DELAYS_DIFFER_BY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Map<InputTopic, Long> reached;
  private final Map<InputTopic, Long> silentFrom = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Long> served = new EnumMap<>(InputTopic.class);

  private CompleteUntil(Map<InputTopic, Long> reached) {
    this.reached = reached;
  }

  /** The times of topics that nobody has served before. */
  public static CompleteUntil first() {
    return new CompleteUntil(Map.of());
  }

  /**
   * The times after a takeover.
   *
   * @param ledgers all that were written before it
   * @param appendMs append time of its announcement, milliseconds since 1970
   */
  public static CompleteUntil after(Map<InputPartition, Ledger> ledgers, long appendMs) {
    Map<InputTopic, Long> reached = new EnumMap<>(InputTopic.class);
    ledgers.forEach(
        (partition, ledger) -> {
          if (ledger.partitionTimeNanos() != Ledger.NO_TIME) {
            long idleMs = Math.max(0, appendMs - ledger.appendTimeMs());
            reached.merge(
                partition.topic(),
                ledger.partitionTimeNanos() + idleMs * Times.NANOS_PER_MS,
                Math::max);
          }
        });
    return new CompleteUntil(reached);
  }

  /**
   * Returns the time to serve, empty if that of the predecessor may have been later. Unit:
   * nanoseconds since 1970, as that of {@code nanos}.
   *
   * @param atNanos {@link System#nanoTime} of now
   */
  public synchronized OptionalLong served(InputTopic topic, long nanos, long atNanos) {
    Long before = served.get(topic);
    if (before == null && isSilent(topic, nanos, atNanos)) {
      return OptionalLong.empty();
    }
    long now = isSmallStepBack(before, nanos) ? before : nanos;
    served.put(topic, now);
    return OptionalLong.of(now);
  }

  private boolean isSilent(InputTopic topic, long nanos, long atNanos) {
    Long limit = reached.get(topic);
    if (limit == null || nanos > limit + DELAYS_DIFFER_BY_NANOS) {
      return false;
    }
    Long from = silentFrom.putIfAbsent(topic, atNanos);
    return from == null || atNanos - from < LONGEST_SILENCE_NANOS;
  }

  private static boolean isSmallStepBack(@Nullable Long before, long nanos) {
    return before != null && nanos < before && before - nanos <= LONGEST_STEP_NANOS;
  }
}
