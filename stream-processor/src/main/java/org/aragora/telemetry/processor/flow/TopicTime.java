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

  public TopicTime(Map<InputPartition, Ledger> ledgers, ConsumedOffsets progress) {
    this.ledgers = ledgers;
    this.progress = progress;
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
   * Highest partition time of a topic plus its idle time, which runs from its last append to the
   * last moment at which all of it was read to the end. Empty if nothing was counted.
   */
  public OptionalLong highestNanos(InputTopic topic) {
    long highest = Ledger.NO_TIME;
    long lookNanos = Long.MAX_VALUE;
    Map.Entry<InputPartition, Ledger> last = null;
    for (Map.Entry<InputPartition, Ledger> entry : ledgers.entrySet()) {
      if (entry.getKey().topic() == topic) {
        highest = Math.max(highest, entry.getValue().partitionTimeNanos());
        lookNanos = Math.min(lookNanos, progress.lastReadToEndNanos(entry.getKey()).orElse(NEVER));
        if (last == null || last.getValue().appendTimeMs() < entry.getValue().appendTimeMs()) {
          last = entry;
        }
      }
    }
    if (last == null || highest == Ledger.NO_TIME) {
      return OptionalLong.empty();
    }
    OptionalLong ownLookNanos = progress.lastReadToEndNanos(last.getKey());
    if (ownLookNanos.isEmpty() || lookNanos == NEVER) {
      return OptionalLong.of(highest);
    }
    long unconfirmedNanos = ownLookNanos.getAsLong() - lookNanos;
    return OptionalLong.of(
        highest + Math.max(0, idleNanos(last.getKey(), last.getValue()) - unconfirmedNanos));
  }

  private long idleNanos(InputPartition partition, Ledger ledger) {
    return (reachedMs(partition, ledger) - ledger.appendTimeMs()) * Times.NANOS_PER_MS;
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
