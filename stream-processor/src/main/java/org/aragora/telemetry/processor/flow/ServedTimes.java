package org.aragora.telemetry.processor.flow;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * Times that were served of the topics, from one takeover to the next: up to which they are
 * complete, and that of their ratios. Thread-safe.
 *
 * <p>Events take milliseconds from their time to their append, or hours from a spool; a proposed
 * end takes a minute. So the time of a topic goes back when it is idle no longer. That earlier
 * times are complete stays true, so the later time is served, until the broker's clock is set back.
 *
 * <p>What a predecessor served is not known, but at most the highest time that the topic can have
 * reached by the takeover, or by the append of a record that the predecessor has not counted, as
 * from then on the topic was not read to its end. With such a record that time is served at once:
 * all before it is counted. Otherwise nothing is served until the time is later. A time that does
 * not get there is served after half of the minute that dashboards look back.
 */
public final class ServedTimes {
  /** Proposed ends take a minute, and clocks may be ahead by another. */
  private static final long FARTHEST_LIMIT_NANOS = Duration.ofMinutes(2).toNanos();

  private static final long LONGEST_SILENCE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long DELAYS_DIFFER_BY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Takeover takeover;
  private final Map<InputTopic, Long> firstUnreadMs = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Long> silentFrom = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Long> served = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Long> ofRatios = new EnumMap<>(InputTopic.class);

  /** {@link ConsumedOffsets#unreadAppendMs}. */
  @FunctionalInterface
  public interface NextUnread {
    OptionalLong appendMs(InputPartition partition, long askedFromNanos);
  }

  /** Partitions as they were counted at the takeover, and when that was by the broker. */
  private record Takeover(Map<InputPartition, Counted> counted, long appendMs, long atNanos) {}

  private record Counted(long timeNanos, long appendMs) {}

  private ServedTimes(Takeover takeover) {
    this.takeover = takeover;
  }

  /** The times of topics that nobody has served before. */
  public static ServedTimes first() {
    return new ServedTimes(new Takeover(Map.of(), 0, 0));
  }

  /**
   * The times after a takeover.
   *
   * @param ledgers all that were written before it
   * @param appendMs append time of its announcement, milliseconds since 1970
   * @param atNanos {@link System#nanoTime} after it
   */
  public static ServedTimes after(
      Map<InputPartition, Ledger> ledgers, long appendMs, long atNanos) {
    Map<InputPartition, Counted> counted = new HashMap<>();
    ledgers.forEach(
        (partition, ledger) -> {
          if (ledger.partitionTimeNanos() != Ledger.NO_TIME) {
            counted.put(
                partition,
                new Counted(ledger.partitionTimeNanos(), ledger.partitionTimeAppendMs()));
          }
        });
    return new ServedTimes(new Takeover(counted, appendMs, atNanos));
  }

  /**
   * Returns the time to serve, empty if that of the predecessor may have been later. Unit:
   * nanoseconds since 1970, as that of {@code nanos}.
   *
   * @param atNanos {@link System#nanoTime} of now
   */
  public synchronized OptionalLong served(
      InputTopic topic, long nanos, NextUnread unread, long atNanos) {
    Long before = served.get(topic);
    if (before == null) {
      OptionalLong limit = limitNanos(topic, unread);
      if (limit.isPresent() && nanos <= limit.getAsLong()) {
        if (firstUnreadMs.containsKey(topic) && limit.getAsLong() - nanos <= FARTHEST_LIMIT_NANOS) {
          before = limit.getAsLong();
        } else if (isSilent(topic, atNanos)) {
          return OptionalLong.empty();
        }
      }
    }
    long now = before == null ? nanos : Math.max(before, nanos);
    served.put(topic, now);
    return OptionalLong.of(now);
  }

  /** Returns the time of the ratios of a topic: the highest that was given, as {@code nanos}. */
  public synchronized long ofRatios(InputTopic topic, long nanos) {
    return ofRatios.merge(topic, nanos, Math::max);
  }

  /** The append time of a topic was set back: what was served may lie in the future. */
  public synchronized void setBack(InputTopic topic) {
    served.remove(topic);
    ofRatios.remove(topic);
  }

  private boolean isSilent(InputTopic topic, long atNanos) {
    Long from = silentFrom.putIfAbsent(topic, atNanos);
    return from == null || atNanos - from < LONGEST_SILENCE_NANOS;
  }

  /** Highest time that a predecessor can have served. */
  private OptionalLong limitNanos(InputTopic topic, NextUnread unread) {
    for (InputPartition partition : takeover.counted().keySet()) {
      if (partition.topic() == topic) {
        // What is unread later is younger, so the lowest is right.
        unread
            .appendMs(partition, takeover.atNanos())
            .ifPresent(ms -> firstUnreadMs.merge(topic, ms, Math::min));
      }
    }
    long untilMs = Math.min(takeover.appendMs(), firstUnreadMs.getOrDefault(topic, Long.MAX_VALUE));
    return takeover.counted().entrySet().stream()
        .filter(of -> of.getKey().topic() == topic)
        .map(Map.Entry::getValue)
        .mapToLong(of -> of.timeNanos() + (untilMs - of.appendMs()) * Times.NANOS_PER_MS)
        .map(nanos -> nanos + DELAYS_DIFFER_BY_NANOS)
        .max();
  }
}
