package org.aragora.telemetry.exporter.core;

import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * How far one partition has come during one assignment. Only records that are sent take room here;
 * what is skipped only moves the position. Owned by the loop's thread.
 */
final class PartitionProgress {

  private static final long UNKNOWN = -1;

  private final TopicPartition partition;
  private final long assignedAtMs;
  private final ArrayDeque<Unit<?>> outstanding = new ArrayDeque<>();
  private long position = UNKNOWN;
  private long committed = UNKNOWN;
  private long lastTimestampMs = UNKNOWN;
  private boolean owned = true;
  private int inFlight;

  /** Records that wait until the partition's past has been read; empty when it has. */
  private List<ConsumerRecord<byte[], byte[]>> deferred = List.of();

  private boolean pastKnown;

  PartitionProgress(TopicPartition partition, long assignedAtMs) {
    this.partition = partition;
    this.assignedAtMs = assignedAtMs;
  }

  TopicPartition partition() {
    return partition;
  }

  boolean isOwned() {
    return owned;
  }

  void disown() {
    owned = false;
    outstanding.clear();
    deferred = List.of();
  }

  /** A record was read; whether it is sent is not yet known. */
  void read(ConsumerRecord<byte[], byte[]> record) {
    position = record.offset() + 1;
    lastTimestampMs = record.timestamp();
  }

  void add(Unit<?> unit) {
    outstanding.add(unit);
  }

  /** Forgets the acknowledged records at the head: what is committable moves. */
  void advance() {
    while (!outstanding.isEmpty() && outstanding.element().isSettled()) {
      outstanding.remove();
    }
  }

  /** Position moved without records, over transaction markers. */
  void moveTo(long consumerPosition) {
    if (deferred.isEmpty() && consumerPosition > position) {
      position = consumerPosition;
    }
  }

  /** The next offset to read after a crash: that of the lowest unacknowledged record. */
  OptionalLong committable() {
    Unit<?> lowest = outstanding.peek();
    if (lowest != null) {
      return OptionalLong.of(lowest.record.offset());
    }
    return position == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(position);
  }

  boolean needsCommit() {
    OptionalLong offset = committable();
    return offset.isPresent() && offset.getAsLong() > committed;
  }

  void committed(long offset) {
    committed = Math.max(committed, offset);
  }

  int outstandingRecords() {
    return outstanding.size();
  }

  /** Offsets that were read and are not yet safe. */
  long unacknowledgedSpan() {
    if (!deferred.isEmpty()) {
      return deferred.size();
    }
    Unit<?> lowest = outstanding.peek();
    return lowest == null ? 0 : position - lowest.record.offset();
  }

  /** Append time of the oldest record that is not safe, or 0 if all that exists is. */
  long oldestTimestampMs(boolean moreToRead) {
    Unit<?> lowest = outstanding.peek();
    if (lowest != null) {
      return lowest.record.timestamp();
    }
    if (!deferred.isEmpty()) {
      return deferred.get(0).timestamp();
    }
    if (!moreToRead) {
      return 0;
    }
    return lastTimestampMs == UNKNOWN ? assignedAtMs : lastTimestampMs;
  }

  boolean isPastKnown() {
    return pastKnown;
  }

  void defer(List<ConsumerRecord<byte[], byte[]>> records) {
    deferred = records;
  }

  OptionalLong firstDeferred() {
    return deferred.isEmpty() ? OptionalLong.empty() : OptionalLong.of(deferred.get(0).offset());
  }

  boolean isDeferring() {
    return !deferred.isEmpty();
  }

  /** The past has been read: gives back the records that waited for it. */
  List<ConsumerRecord<byte[], byte[]>> pastRead() {
    pastKnown = true;
    List<ConsumerRecord<byte[], byte[]>> waiting = deferred;
    deferred = List.of();
    return waiting;
  }

  void sent() {
    inFlight++;
  }

  void answered() {
    inFlight--;
  }

  boolean isInFlight() {
    return inFlight > 0;
  }
}
