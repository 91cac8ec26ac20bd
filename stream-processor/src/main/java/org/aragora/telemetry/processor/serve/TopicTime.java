package org.aragora.telemetry.processor.serve;

import java.util.Map;
import java.util.OptionalLong;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.flow.PartitionProgress;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** What time it is in the topics. It goes on by the clock while they are read to the end. */
final class TopicTime {
  private final Map<InputPartition, Ledger> ledgers;
  private final PartitionProgress progress;

  TopicTime(Map<InputPartition, Ledger> ledgers, PartitionProgress progress) {
    this.ledgers = ledgers;
    this.progress = progress;
  }

  /**
   * Append time that a partition has reached: that of its last record, or the last moment at which
   * it was known to be read to its end, if that is later. Not the clock of this moment: the next
   * record would turn it back to the last look.
   */
  long appendTimeMs(InputPartition partition) {
    Ledger ledger = ledgers.get(partition);
    long readMs = ledger == null ? Ledger.NO_TIME : ledger.appendTimeMs();
    return Math.max(readMs, idleUntilMs(partition));
  }

  private long idleUntilMs(InputPartition partition) {
    return progress.lastReadToEndMs(partition).orElse(Ledger.NO_TIME);
  }

  boolean isAtEnd(InputPartition partition) {
    OptionalLong lag = progress.lagRecords(partition);
    return lag.isPresent() && lag.getAsLong() == 0;
  }

  /**
   * Highest partition time of a topic, as much later as it has been idle: from when its last record
   * was appended to when all of it was last read to the end. Empty where nothing was counted.
   */
  OptionalLong highestNanos(InputTopic topic) {
    long highest = Ledger.NO_TIME;
    long lastAppendMs = Ledger.NO_TIME;
    long idleUntilMs = Long.MAX_VALUE;
    for (Map.Entry<InputPartition, Ledger> entry : ledgers.entrySet()) {
      if (entry.getKey().topic() == topic) {
        highest = Math.max(highest, entry.getValue().partitionTimeNanos());
        lastAppendMs = Math.max(lastAppendMs, entry.getValue().appendTimeMs());
        idleUntilMs = Math.min(idleUntilMs, idleUntilMs(entry.getKey()));
      }
    }
    return highest == Ledger.NO_TIME
        ? OptionalLong.empty()
        : OptionalLong.of(advanced(highest, lastAppendMs, idleUntilMs));
  }

  /**
   * Time up to which a topic is complete but for late events: the lowest time among the partitions
   * that are not read to the end, each advanced by how long it was idle; where all are, the
   * highest.
   */
  OptionalLong completeUntilNanos(InputTopic topic, long graceNanos) {
    OptionalLong lowest =
        ledgers.entrySet().stream()
            .filter(entry -> entry.getKey().topic() == topic && !isAtEnd(entry.getKey()))
            .filter(entry -> entry.getValue().partitionTimeNanos() != Ledger.NO_TIME)
            .mapToLong(
                entry ->
                    advanced(
                        entry.getValue().partitionTimeNanos(),
                        entry.getValue().appendTimeMs(),
                        idleUntilMs(entry.getKey())))
            .min();
    OptionalLong until = lowest.isPresent() ? lowest : highestNanos(topic);
    return until.isPresent() ? OptionalLong.of(until.getAsLong() - graceNanos) : until;
  }

  private static long advanced(long timeNanos, long lastAppendMs, long idleUntilMs) {
    return idleUntilMs > lastAppendMs
        ? timeNanos + (idleUntilMs - lastAppendMs) * Times.NANOS_PER_MS
        : timeNanos;
  }
}
