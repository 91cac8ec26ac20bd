package org.aragora.telemetry.processor.serve;

import java.util.Map;
import java.util.OptionalLong;
import org.aragora.telemetry.processor.flow.PartitionProgress;
import org.aragora.telemetry.processor.flow.Times;
import org.aragora.telemetry.schemas.event.InputTopic;
import org.aragora.telemetry.schemas.metric.InputPartition;
import org.aragora.telemetry.schemas.metric.Ledger;

/** What time it is in the topics, at one moment of the wall clock. */
final class TopicTime {
  private final Map<InputPartition, Ledger> ledgers;
  private final PartitionProgress progress;
  private final long nowMs;

  TopicTime(Map<InputPartition, Ledger> ledgers, PartitionProgress progress, long nowMs) {
    this.ledgers = ledgers;
    this.progress = progress;
    this.nowMs = nowMs;
  }

  /**
   * Append time that a partition has reached: now if it is read to its end, else its last record's.
   */
  long appendTimeMs(InputPartition partition) {
    Ledger ledger = ledgers.get(partition);
    long readMs = ledger == null ? Ledger.NO_TIME : ledger.appendTimeMs();
    return isAtEnd(partition) ? Math.max(readMs, nowMs) : readMs;
  }

  boolean isAtEnd(InputPartition partition) {
    OptionalLong lag = progress.lagRecords(partition);
    return lag.isPresent() && lag.getAsLong() == 0;
  }

  /**
   * Highest partition time of a topic; while all of it is read to the end, as much later as time
   * has passed since its last record was appended. Empty where nothing was counted.
   */
  OptionalLong highestNanos(InputTopic topic) {
    long highest = Ledger.NO_TIME;
    long lastAppendMs = Ledger.NO_TIME;
    boolean idle = true;
    for (Map.Entry<InputPartition, Ledger> entry : ledgers.entrySet()) {
      if (entry.getKey().topic() == topic) {
        highest = Math.max(highest, entry.getValue().partitionTimeNanos());
        lastAppendMs = Math.max(lastAppendMs, entry.getValue().appendTimeMs());
        idle &= isAtEnd(entry.getKey());
      }
    }
    if (highest == Ledger.NO_TIME) {
      return OptionalLong.empty();
    }
    long idleMs = idle ? Math.max(0, nowMs - lastAppendMs) : 0;
    return OptionalLong.of(highest + idleMs * Times.NANOS_PER_MS);
  }

  /**
   * Time up to which a topic is complete but for late events: the lowest partition time among the
   * partitions that are not read to the end; where all are, the highest.
   */
  OptionalLong completeUntilNanos(InputTopic topic, long graceNanos) {
    OptionalLong lowest =
        ledgers.entrySet().stream()
            .filter(entry -> entry.getKey().topic() == topic && !isAtEnd(entry.getKey()))
            .mapToLong(entry -> entry.getValue().partitionTimeNanos())
            .filter(time -> time != Ledger.NO_TIME)
            .min();
    OptionalLong until = lowest.isPresent() ? lowest : highestNanos(topic);
    return until.isPresent() ? OptionalLong.of(until.getAsLong() - graceNanos) : until;
  }
}
