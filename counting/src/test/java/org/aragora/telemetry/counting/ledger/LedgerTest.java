package org.aragora.telemetry.counting.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.junit.jupiter.api.Test;

public class LedgerTest {
  private static final long HOUR_MS = 3_600_000;

  @Test
  void itBalancesOnceEveryReadRecordHasBecomeSomething() {
    Ledger ledger = new Ledger();
    assertThat(ledger.balances()).isTrue();
    ledger.recordRead(0, 100);
    assertThat(ledger.balances()).isFalse();
    ledger.recordCounted(5);
    assertThat(ledger.balances()).isTrue();
    ledger.recordRead(1, 100);
    ledger.recordDuplicate();
    ledger.recordRead(2, 100);
    ledger.recordDeadLetter(DeadLetterReason.WRONG_TOPIC);
    assertThat(ledger.balances()).isTrue();
    assertThat(ledger.read()).isEqualTo(3);
  }

  @Test
  void timesNeverGoBackAndOffsetsFollowTheRecords() {
    Ledger ledger = new Ledger();
    assertThat(ledger.partitionTimeNanos()).isEqualTo(Ledger.NO_TIME);
    ledger.recordRead(10, 500);
    ledger.recordCounted(70);
    ledger.recordRead(13, 400);
    ledger.recordCounted(60);
    assertThat(ledger.appendTimeMs()).isEqualTo(500);
    assertThat(ledger.partitionTimeNanos()).isEqualTo(70);
    assertThat(ledger.nextOffset()).isEqualTo(14);
  }

  @Test
  void onlyALaterEventMovesTheAppendTimeOfThePartitionTime() {
    Ledger ledger = new Ledger();
    assertThat(ledger.partitionTimeAppendMs()).isEqualTo(Ledger.NO_TIME);
    ledger.recordRead(0, 400);
    ledger.recordDeadLetter(DeadLetterReason.WRONG_TOPIC);
    assertThat(ledger.partitionTimeAppendMs()).isEqualTo(Ledger.NO_TIME);
    ledger.recordRead(1, 500);
    ledger.recordCounted(70);
    ledger.recordRead(2, 600);
    ledger.recordCounted(70);
    ledger.recordRead(3, 700);
    ledger.recordDuplicate();
    ledger = Ledger.read(new BinaryReader(bytes(ledger)));
    assertThat(ledger.partitionTimeAppendMs()).isEqualTo(500);
    assertThat(ledger.appendTimeMs()).isEqualTo(700);
    ledger.recordRead(4, 800);
    ledger.recordCounted(71);
    assertThat(ledger.partitionTimeAppendMs()).isEqualTo(800);
  }

  @Test
  void aHundredRecordsInARowSetTheAppendTimeBack() {
    Ledger ledger = new Ledger();
    long offset = 0;
    ledger.recordRead(offset++, 10 * HOUR_MS);
    for (int i = 0; i < 99; i++) {
      assertThat(ledger.recordRead(offset++, 9 * HOUR_MS - 1 - i)).isFalse();
    }
    assertThat(ledger.recordRead(offset++, 9 * HOUR_MS)).as("an hour is no step").isFalse();
    for (int i = 0; i < 99; i++) {
      assertThat(ledger.recordRead(offset++, 8 * HOUR_MS + i)).isFalse();
      ledger = Ledger.read(new BinaryReader(bytes(ledger)));
      assertThat(ledger.appendTimeMs()).isEqualTo(10 * HOUR_MS);
    }
    assertThat(ledger.recordRead(offset++, HOUR_MS)).isTrue();
    assertThat(ledger.appendTimeMs()).as("their maximum").isEqualTo(8 * HOUR_MS + 98);
    assertThat(ledger.recordRead(offset, 9 * HOUR_MS)).isFalse();
    assertThat(ledger.appendTimeMs()).isEqualTo(9 * HOUR_MS);
  }

  @Test
  void whatEarlierReleasesWroteHasTheLastAppendForThatOfItsPartitionTime() {
    byte[] bytes = bytes(full());
    int time = new BinaryWriter().writeSigned(full().appendTimeMs()).toBytes().length;
    for (int times = 0; times <= 2; times++) {
      byte[] earlier = Arrays.copyOf(bytes, bytes.length - times * time);
      Ledger ledger = Ledger.read(new BinaryReader(earlier));
      assertThat(ledger.partitionTimeAppendMs()).isEqualTo(full().appendTimeMs());
      assertThat(bytes(ledger)).isEqualTo(bytes);
    }
  }

  @Test
  void theTimeThatAnIdlePartitionHasReachedGoesWithIt() {
    BinaryWriter out = new BinaryWriter();
    full().write(out, 1_863_942_400_000L);
    Ledger sent = Ledger.read(new BinaryReader(out.toBytes()));
    assertThat(sent.reachedMs()).isEqualTo(1_863_942_400_000L);
    assertThat(bytes(sent)).as("it is no part of the account").isEqualTo(bytes(full()));
    assertThat(full().reachedMs()).isEqualTo(full().appendTimeMs());
  }

  @Test
  void aNewAndAFullOneAreReadBack() {
    for (Ledger ledger : new Ledger[] {new Ledger(), full()}) {
      byte[] bytes = bytes(ledger);
      assertThat(bytes(Ledger.read(new BinaryReader(bytes)))).isEqualTo(bytes);
    }
  }

  @Test
  void oneThatEndsEarlyIsCorrupt() {
    byte[] bytes = bytes(full());
    int time = new BinaryWriter().writeSigned(full().appendTimeMs()).toBytes().length;
    for (int length = 0; length < bytes.length; length++) {
      if (length == bytes.length - 2 * time || length == bytes.length - time) {
        continue; // those of earlier releases
      }
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Ledger.read(new BinaryReader(cut)))
          .isInstanceOf(CorruptRecordException.class);
    }
  }

  @Test
  void anUnknownReasonIsRefusedInASentence() {
    byte[] bytes =
        new BinaryWriter()
            .writeByte(1)
            .writeUnsigned(1)
            .writeUnsigned(0)
            .writeUnsigned(0)
            .writeUnsigned(1)
            .writeString("too_loud")
            .writeUnsigned(1)
            .toBytes();
    assertThatThrownBy(() -> Ledger.read(new BinaryReader(bytes)))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage("a ledger record has the unknown reason 'too_loud'");
  }

  public static Ledger full() {
    Ledger ledger = new Ledger();
    long offset = 100;
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      ledger.recordRead(offset++, 1_763_942_400_000L + offset);
      ledger.recordDeadLetter(reason);
    }
    ledger.recordRead(offset++, 1_763_942_400_500L);
    ledger.recordCounted(1_763_942_400_123_456_789L);
    ledger.recordRead(offset++, 1_763_942_400_500L);
    ledger.recordCounted(1_763_942_400_000_000_000L);
    ledger.recordRead(offset, 1_763_942_400_500L);
    ledger.recordDuplicate();
    ledger.recordLate();
    ledger.recordClockSkew();
    ledger.recordGapsClosed(300);
    ledger.missing().add(Long.MAX_VALUE).add(3);
    return ledger;
  }

  public static byte[] bytes(Ledger ledger) {
    BinaryWriter out = new BinaryWriter();
    ledger.write(out);
    return out.toBytes();
  }
}
