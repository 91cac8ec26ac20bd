package org.aragora.telemetry.exporter.partition;

import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Offsets of one partition during one assignment: read, pending and committed. Contains only
 * records that are sent; a skipped record just moves the position. Owned by the loop's thread.
 */
public final class PartitionOffsets {

  private static final long UNKNOWN = -1;

  private final TopicPartition partition;
  private final long assignedAtMs;
  private final ArrayDeque<PendingRecord<?>> pending = new ArrayDeque<>();
  private long position = UNKNOWN;
  private long committed = UNKNOWN;
  private long lastTimestampMs = UNKNOWN;
  private long heldBackSinceMs = UNKNOWN;
  private boolean owned = true;
  private int inFlight;

  /** Records that wait until the partition's past has been read. */
  private List<ConsumerRecord<byte[], byte[]>> deferred = List.of();

  private boolean pastKnown;

  public PartitionOffsets(TopicPartition partition, long assignedAtMs) {
    this.partition = partition;
    this.assignedAtMs = assignedAtMs;
  }

  public TopicPartition partition() {
    return partition;
  }

  public boolean isOwned() {
    return owned;
  }

  /** Forgets everything: the partition is lost. */
  public void disown() {
    owned = false;
    pending.clear();
    deferred = List.of();
  }

  /** Moves the position past a record. */
  public void onRead(ConsumerRecord<byte[], byte[]> record) {
    position = record.offset() + 1;
    lastTimestampMs = record.timestamp();
  }

  public void add(PendingRecord<?> record) {
    pending.add(record);
  }

  /** Removes the settled records at the head, which moves the committable offset. */
  void advance() {
    while (!pending.isEmpty() && pending.element().isSettled()) {
      pending.remove();
    }
  }

  /** Moves the position over offsets without records, such as transaction markers. */
  public void moveTo(long consumerPosition) {
    if (deferred.isEmpty() && consumerPosition > position) {
      position = consumerPosition;
    }
  }

  /** Offset to read first after a crash: that of the lowest pending record, else the position. */
  OptionalLong committable() {
    PendingRecord<?> lowest = pending.peek();
    if (lowest != null) {
      return OptionalLong.of(lowest.record().offset());
    }
    return position == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(position);
  }

  boolean needsCommit() {
    OptionalLong offset = committable();
    return offset.isPresent() && offset.getAsLong() > committed;
  }

  void onCommitted(long offset) {
    committed = Math.max(committed, offset);
  }

  public int pendingRecords() {
    return pending.size();
  }

  /** Number of offsets from the lowest pending record to the position. */
  long unacknowledgedOffsets() {
    if (!deferred.isEmpty()) {
      return deferred.size();
    }
    PendingRecord<?> lowest = pending.peek();
    return lowest == null ? 0 : position - lowest.record().offset();
  }

  /**
   * Append time of the oldest record that is not acknowledged, 0 without one.
   *
   * @param moreToRead true if the partition has unread records
   */
  public long oldestTimestampMs(boolean moreToRead) {
    PendingRecord<?> lowest = pending.peek();
    if (lowest != null) {
      return lowest.record().timestamp();
    }
    if (!deferred.isEmpty()) {
      return deferred.get(0).timestamp();
    }
    if (!moreToRead) {
      return heldBackSinceMs == UNKNOWN ? 0 : heldBackSinceMs;
    }
    return lastTimestampMs == UNKNOWN ? assignedAtMs : lastTimestampMs;
  }

  /** Records if an open transaction holds records back that no reader gets yet. */
  void onHeldBack(boolean heldBack, long nowMs) {
    if (!heldBack) {
      heldBackSinceMs = UNKNOWN;
    } else if (heldBackSinceMs == UNKNOWN) {
      heldBackSinceMs = nowMs;
    }
  }

  public boolean isPastKnown() {
    return pastKnown;
  }

  /** Keeps records until {@link #onPastRead}. */
  public void defer(List<ConsumerRecord<byte[], byte[]>> records) {
    deferred = records;
  }

  public OptionalLong firstDeferred() {
    return deferred.isEmpty() ? OptionalLong.empty() : OptionalLong.of(deferred.get(0).offset());
  }

  public boolean isDeferring() {
    return !deferred.isEmpty();
  }

  /**
   * Marks the past as read.
   *
   * @return the records that waited for it
   */
  public List<ConsumerRecord<byte[], byte[]>> onPastRead() {
    pastKnown = true;
    List<ConsumerRecord<byte[], byte[]>> waiting = deferred;
    deferred = List.of();
    return waiting;
  }

  public void onSent() {
    inFlight++;
  }

  public void onAnswer() {
    inFlight--;
  }

  public boolean isInFlight() {
    return inFlight > 0;
  }
}
