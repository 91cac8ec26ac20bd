package org.aragora.telemetry.processor.serve;

import java.util.Map;
import java.util.OptionalLong;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * The time that the topics have reached; it advances with the clock while they are read to the end.
 */
final class TopicTime {
  private final Map<InputPartition, Ledger> ledgers;
  private final ConsumedOffsets progress;

  TopicTime(Map<InputPartition, Ledger> ledgers, ConsumedOffsets progress) {
    this.ledgers = ledgers;
    this.progress = progress;
  }

  /**
   * Append time that a partition has reached: that of its last record, or the last moment at which
   * it was known to be read to its end, if that is later. The current clock is not used, because
   * the next record would set it back.
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
   * Highest partition time of a topic plus its idle time, which runs from its last append to the
   * last moment at which all of it was read to the end. Empty if nothing was counted.
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
   * that are not read to the end, each plus its idle time. If all are read to the end, the highest.
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
