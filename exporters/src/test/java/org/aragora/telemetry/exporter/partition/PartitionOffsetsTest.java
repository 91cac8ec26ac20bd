package org.aragora.telemetry.exporter.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.junit.jupiter.api.Test;

class PartitionOffsetsTest {

  private final PartitionOffsets offsets =
      new PartitionOffsets(new TopicPartition("aragora.requests", 3), 1000);

  private static ConsumerRecord<byte[], byte[]> record(long offset) {
    return new ConsumerRecord<>(
        "aragora.requests",
        3,
        offset,
        10 * offset,
        TimestampType.LOG_APPEND_TIME,
        0,
        4,
        null,
        new byte[4],
        new RecordHeaders(),
        Optional.empty());
  }

  private PendingRecord<String> read(long offset) {
    PendingRecord<String> pending =
        new PendingRecord<>(
            record(offset),
            record(offset),
            new Conversion.Export<>("payload", 2, 7, null),
            offsets);
    offsets.onRead(record(offset));
    offsets.add(pending);
    return pending;
  }

  @Test
  void nothingIsCommittableBeforeTheFirstRecord() {
    assertThat(offsets.committable()).isEmpty();
    assertThat(offsets.needsCommit()).isFalse();
    offsets.moveTo(0);
    assertThat(offsets.committable()).hasValue(0);
    assertThat(offsets.needsCommit()).isTrue();
  }

  @Test
  void theLowestUnsettledRecordIsCommittable() {
    PendingRecord<String> first = read(5);
    PendingRecord<String> second = read(6);
    PendingRecord<String> third = read(9);
    assertThat(offsets.committable()).hasValue(5);
    assertThat(offsets.unacknowledgedOffsets()).isEqualTo(5);
    second.settle();
    assertThat(offsets.committable()).hasValue(5);
    assertThat(offsets.pendingRecords()).isEqualTo(3);
    first.settle();
    assertThat(offsets.committable()).hasValue(9);
    assertThat(offsets.pendingRecords()).isEqualTo(1);
    third.settle();
    assertThat(offsets.committable()).hasValue(10);
    assertThat(offsets.unacknowledgedOffsets()).isZero();
  }

  @Test
  void aCommitIsNeededOnlyForwards() {
    read(5).settle();
    assertThat(offsets.needsCommit()).isTrue();
    offsets.onCommitted(6);
    assertThat(offsets.needsCommit()).isFalse();
    offsets.onCommitted(2);
    assertThat(offsets.needsCommit()).isFalse();
    offsets.moveTo(7);
    assertThat(offsets.needsCommit()).isTrue();
  }

  @Test
  void thePositionMovesOverMarkersAndNeverBack() {
    read(5).settle();
    offsets.moveTo(9);
    offsets.moveTo(4);
    assertThat(offsets.committable()).hasValue(9);
  }

  @Test
  void deferredRecordsHoldThePosition() {
    assertThat(offsets.isPastKnown()).isFalse();
    assertThat(offsets.firstDeferred()).isEmpty();
    offsets.defer(List.of(record(5), record(6)));
    offsets.moveTo(7);
    assertThat(offsets.committable()).isEmpty();
    assertThat(offsets.isDeferring()).isTrue();
    assertThat(offsets.firstDeferred()).hasValue(5);
    assertThat(offsets.unacknowledgedOffsets()).isEqualTo(2);
    assertThat(offsets.oldestTimestampMs(false)).isEqualTo(50);

    assertThat(offsets.onPastRead()).extracting(ConsumerRecord::offset).containsExactly(5L, 6L);
    assertThat(offsets.isPastKnown()).isTrue();
    assertThat(offsets.isDeferring()).isFalse();
    offsets.moveTo(7);
    assertThat(offsets.committable()).hasValue(7);
  }

  @Test
  void aLostPartitionForgetsItsRecords() {
    PendingRecord<String> pending = read(5);
    assertThat(offsets.isOwned()).isTrue();
    assertThat(pending.isLive()).isTrue();
    offsets.defer(List.of(record(6)));
    offsets.disown();
    assertThat(offsets.isOwned()).isFalse();
    assertThat(pending.isLive()).isFalse();
    assertThat(offsets.pendingRecords()).isZero();
    assertThat(offsets.isDeferring()).isFalse();
    pending.settle();
    assertThat(offsets.pendingRecords()).isZero();
  }

  @Test
  void theOldestRecordIsPendingOrUnreadOrHeldBack() {
    assertThat(offsets.oldestTimestampMs(false)).isZero();
    assertThat(offsets.oldestTimestampMs(true)).isEqualTo(1000);
    PendingRecord<String> first = read(5);
    PendingRecord<String> second = read(6);
    assertThat(offsets.oldestTimestampMs(true)).isEqualTo(50);
    first.settle();
    assertThat(offsets.oldestTimestampMs(false)).isEqualTo(60);
    second.settle();
    assertThat(offsets.oldestTimestampMs(false)).isZero();
    assertThat(offsets.oldestTimestampMs(true)).isEqualTo(60);
    offsets.onHeldBack(true, 2000);
    offsets.onHeldBack(true, 3000);
    assertThat(offsets.oldestTimestampMs(false)).isEqualTo(2000);
    offsets.onHeldBack(false, 4000);
    assertThat(offsets.oldestTimestampMs(false)).isZero();
  }

  @Test
  void aPartitionIsInFlightUntilItsLastAnswer() {
    assertThat(offsets.isInFlight()).isFalse();
    offsets.onSent();
    offsets.onSent();
    offsets.onAnswer();
    assertThat(offsets.isInFlight()).isTrue();
    offsets.onAnswer();
    assertThat(offsets.isInFlight()).isFalse();
  }

  @Test
  void aPendingRecordHoldsItsPayloadAndItsValue() {
    PendingRecord<String> pending = read(5);
    assertThat(pending.items()).isEqualTo(2);
    assertThat(pending.bytes()).isEqualTo(7);
    assertThat(pending.heldBytes()).isEqualTo(11);
    assertThat(pending.isLive()).isTrue();
    pending.settle();
    assertThat(pending.isLive()).isFalse();
    PendingRecord<String> unconverted =
        PendingRecord.unconverted(record(6), record(6), null, offsets);
    assertThat(unconverted.heldBytes()).isEqualTo(8);
    assertThat(unconverted.items()).isZero();
  }
}
