package org.aragora.telemetry.processor.flow;

import java.util.OptionalLong;
import org.aragora.telemetry.counting.metric.InputPartition;

/** Offsets of the whole service in each input partition, as the broker reports. Thread-safe. */
public interface ConsumedOffsets {

  /**
   * Offsets up to the high watermark that no commit of the service covers yet, without those that
   * contain nothing for a reader of committed records; empty if unknown.
   */
  OptionalLong lagRecords(InputPartition partition);

  /**
   * Those of them that an open transaction holds back from every reader of committed records; empty
   * if unknown.
   */
  OptionalLong unstableRecords(InputPartition partition);

  /**
   * Age of the next unread record in milliseconds of the broker's append times; empty at the end or
   * if unknown.
   */
  OptionalLong unreadAgeMs(InputPartition partition);

  /**
   * Append time of the next unread record, milliseconds since 1970; empty at the end, if unknown,
   * or if the broker was last asked before a time.
   *
   * @param askedFromNanos {@link System#nanoTime}
   */
  OptionalLong unreadAppendMs(InputPartition partition, long askedFromNanos);

  /**
   * Nanoseconds for which the broker has reported that a partition has no record at or after an
   * offset and that all before it are read: between the first and the last such report. They stay
   * when records follow. Empty without such a report in this process.
   *
   * @param nextOffset first offset that is not counted
   */
  OptionalLong idleNanos(InputPartition partition, long nextOffset);

  /**
   * {@link System#nanoTime} of the last moment at which a partition was known to be read to its
   * end, even if records followed since; empty if there was none in this process.
   */
  OptionalLong lastReadToEndNanos(InputPartition partition);

  /**
   * When a partition was last known to be read to its end: {@link System#nanoTime} of a moment at
   * which everything in it had been read and committed; empty if that is not so now.
   */
  OptionalLong readToEndAtNanos(InputPartition partition);
}
