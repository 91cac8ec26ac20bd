package org.aragora.telemetry.processor.flow;

import java.util.Map;
import java.util.OptionalLong;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * The time that the topics have reached; it advances with the clock while they are read to the end.
 */
public final class TopicTime {
  private static final long NEVER = Long.MIN_VALUE;

  private final Map<InputPartition, Ledger> ledgers;
  private final ConsumedOffsets progress;
  private final long atNanos;

  /** {@code atNanos}: {@link System#nanoTime} of now. */
  public TopicTime(Map<InputPartition, Ledger> ledgers, ConsumedOffsets progress, long atNanos) {
    this.ledgers = ledgers;
    this.progress = progress;
    this.atNanos = atNanos;
  }

  /**
   * Append time that a partition has reached: that of its last record and the time for which it was
   * idle since, or what its task has reported if that is later. Idle time ends at a look at the
   * broker: the next record would set a running clock back.
   */
  public long appendTimeMs(InputPartition partition) {
    Ledger ledger = ledgers.get(partition);
    return ledger == null ? Ledger.NO_TIME : reachedMs(partition, ledger);
  }

  private long reachedMs(InputPartition partition, Ledger ledger) {
    long appendMs = ledger.appendTimeMs();
    if (appendMs == Ledger.NO_TIME) {
      return appendMs;
    }
    long idleNanos = progress.idleNanos(partition, ledger.nextOffset()).orElse(0);
    return Math.max(ledger.reachedMs(), appendMs + idleNanos / Times.NANOS_PER_MS);
  }

  public boolean isAtEnd(InputPartition partition) {
    OptionalLong lag = progress.lagRecords(partition);
    return lag.isPresent() && lag.getAsLong() == 0;
  }

  /**
   * Highest partition time of a topic plus its idle time, which runs from the append of that event
   * to the last moment at which all of the topic was read to the end. Only a later event ends it.
   * Empty if nothing was counted.
   */
  public OptionalLong highestNanos(InputTopic topic) {
    long lookNanos = Long.MAX_VALUE;
    Map.Entry<InputPartition, Ledger> highest = null;
    for (Map.Entry<InputPartition, Ledger> entry : ledgers.entrySet()) {
      if (entry.getKey().topic() == topic) {
        lookNanos = Math.min(lookNanos, progress.lastReadToEndNanos(entry.getKey()).orElse(NEVER));
        if (highest == null || isLater(entry.getValue(), highest.getValue())) {
          highest = entry;
        }
      }
    }
    if (highest == null || highest.getValue().partitionTimeNanos() == Ledger.NO_TIME) {
      return OptionalLong.empty();
    }
    long idle = 0;
    if (lookNanos != NEVER) {
      long reachedAtNanos = reachedAtNanos(highest.getKey(), highest.getValue());
      idle = idleNanos(highest.getKey(), highest.getValue()) - (reachedAtNanos - lookNanos);
    }
    return OptionalLong.of(highest.getValue().partitionTimeNanos() + Math.max(0, idle));
  }

  private static boolean isLater(Ledger one, Ledger other) {
    return one.partitionTimeNanos() != other.partitionTimeNanos()
        ? one.partitionTimeNanos() > other.partitionTimeNanos()
        : one.partitionTimeAppendMs() > other.partitionTimeAppendMs();
  }

  /** When a partition had reached its append time, or later: what was read last may be older. */
  private long reachedAtNanos(InputPartition partition, Ledger ledger) {
    OptionalLong lookNanos = progress.lastReadToEndNanos(partition);
    return lookNanos.isPresent() && progress.idleNanos(partition, ledger.nextOffset()).isPresent()
        ? lookNanos.getAsLong()
        : atNanos;
  }

  /** Time since the event that is the latest of its partition. */
  private long idleNanos(InputPartition partition, Ledger ledger) {
    return (reachedMs(partition, ledger) - ledger.partitionTimeAppendMs()) * Times.NANOS_PER_MS;
  }

  /**
   * Time up to which a topic is complete but for events in their grace: the lowest time among the
   * partitions that are not read to the end, each plus its idle time. If all are read to the end,
   * the highest.
   */
  public OptionalLong completeUntilNanos(InputTopic topic) {
    OptionalLong lowest =
        ledgers.entrySet().stream()
            .filter(entry -> entry.getKey().topic() == topic && !isAtEnd(entry.getKey()))
            .filter(entry -> entry.getValue().partitionTimeNanos() != Ledger.NO_TIME)
            .mapToLong(
                entry ->
                    entry.getValue().partitionTimeNanos()
                        + idleNanos(entry.getKey(), entry.getValue()))
            .min();
    return lowest.isPresent() ? lowest : highestNanos(topic);
  }
}
