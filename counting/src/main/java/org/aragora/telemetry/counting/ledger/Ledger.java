package org.aragora.telemetry.counting.ledger;

import java.util.EnumMap;
import java.util.Map;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.counting.value.ExactSum;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;

/**
 * The account of one input partition: what became of every record that was read from it. {@code
 * read} is always {@code counted + duplicate + dead letters}. Mutable, not thread-safe.
 */
public final class Ledger {
  /** Partition time, or append time, of a partition of which nothing was counted or read. */
  public static final long NO_TIME = Long.MIN_VALUE;

  private static final int VERSION = 2;

  private final AppendTime appendTime = new AppendTime();

  private long read;
  private long counted;
  private long duplicate;
  private final Map<DeadLetterReason, Long> deadLetters = new EnumMap<>(DeadLetterReason.class);
  private long deadLettersOfAll;
  private long late;
  private long clockSkew;
  private long gapsClosed;
  private long runsForgotten;
  private ExactSum missing = new ExactSum();
  private long nextOffset;
  private long partitionTimeNanos = NO_TIME;
  private long partitionTimeAppendMs = NO_TIME;
  private long reachedMs = NO_TIME;

  /**
   * A record was read: its offset, and its append time in milliseconds since 1970.
   *
   * @return true if the append time of the partition was set back
   */
  public boolean recordRead(long offset, long appendMs) {
    read++;
    nextOffset = offset + 1;
    boolean isSetBack = appendTime.record(appendMs);
    if (isSetBack) {
      partitionTimeAppendMs = Math.min(partitionTimeAppendMs, appendTimeMs());
    }
    return isSetBack;
  }

  /** It was counted, with this event time in nanoseconds since 1970. */
  public void recordCounted(long eventTimeNanos) {
    counted++;
    if (eventTimeNanos > partitionTimeNanos) {
      partitionTimeNanos = eventTimeNanos;
      partitionTimeAppendMs = appendTimeMs();
    }
  }

  public void recordDuplicate() {
    duplicate++;
  }

  public void recordDeadLetter(DeadLetterReason reason) {
    deadLetters.merge(reason, 1L, Long::sum);
    deadLettersOfAll++;
  }

  public void recordLate() {
    late++;
  }

  public void recordClockSkew() {
    clockSkew++;
  }

  public void recordGapsClosed(long gaps) {
    gapsClosed += gaps;
  }

  /** A run was forgotten before its time because there were too many. */
  public void recordRunForgotten() {
    runsForgotten++;
  }

  /**
   * Numbers from 1 to the highest of each run that have not been counted. Live: changes show here.
   */
  public ExactSum missing() {
    return missing;
  }

  public long read() {
    return read;
  }

  public long counted() {
    return counted;
  }

  public long duplicate() {
    return duplicate;
  }

  public long deadLetters(DeadLetterReason reason) {
    return deadLetters.getOrDefault(reason, 0L);
  }

  public long deadLetters() {
    return deadLettersOfAll;
  }

  public long late() {
    return late;
  }

  public long clockSkew() {
    return clockSkew;
  }

  public long gapsClosed() {
    return gapsClosed;
  }

  public long runsForgotten() {
    return runsForgotten;
  }

  /** Offset of the next record to read; everything below is in this account. */
  public long nextOffset() {
    return nextOffset;
  }

  /** Highest event time that was counted, nanoseconds since 1970, or {@link #NO_TIME}. */
  public long partitionTimeNanos() {
    return partitionTimeNanos;
  }

  /**
   * Append time of the partition when it came to its partition time, milliseconds since 1970, or
   * {@link #NO_TIME}. What came since has no later event time.
   */
  public long partitionTimeAppendMs() {
    return partitionTimeAppendMs;
  }

  /**
   * Append time of the partition, milliseconds since 1970, or {@link #NO_TIME}: the highest that
   * was read, unless the broker's clock was set back.
   */
  public long appendTimeMs() {
    return appendTime.ms();
  }

  /**
   * Append time that the partition had reached when this account was sent: later than {@link
   * #appendTimeMs} if it was idle.
   */
  public long reachedMs() {
    return Math.max(reachedMs, appendTimeMs());
  }

  /** Returns true if every record is accounted for exactly once. */
  public boolean balances() {
    return read == counted + duplicate + deadLetters();
  }

  /** Appends this account with its format version. */
  public void write(BinaryWriter out) {
    write(out, appendTimeMs());
  }

  /** Appends this account and the append time that the partition has reached. */
  public void write(BinaryWriter out, long reached) {
    out.writeByte(VERSION).writeUnsigned(read).writeUnsigned(counted).writeUnsigned(duplicate);
    out.writeUnsigned(deadLetters.size());
    deadLetters.forEach((reason, count) -> out.writeString(reason.label()).writeUnsigned(count));
    out.writeUnsigned(late).writeUnsigned(clockSkew).writeUnsigned(gapsClosed);
    missing.write(out);
    out.writeUnsigned(nextOffset).writeSigned(partitionTimeNanos);
    appendTime.write(out);
    out.writeUnsigned(runsForgotten).writeSigned(reached).writeSigned(partitionTimeAppendMs);
  }

  /** Reads what either {@code write} wrote. */
  public static Ledger read(BinaryReader in) {
    int version = in.readVersion(VERSION, "a ledger record");
    Ledger ledger = new Ledger();
    ledger.read = in.readUnsigned();
    ledger.counted = in.readUnsigned();
    ledger.duplicate = in.readUnsigned();
    int reasons = in.readInt();
    for (int i = 0; i < reasons; i++) {
      DeadLetterReason reason = reason(in.readString());
      long count = in.readUnsigned();
      ledger.deadLetters.put(reason, count);
      ledger.deadLettersOfAll += count;
    }
    ledger.late = in.readUnsigned();
    ledger.clockSkew = in.readUnsigned();
    ledger.gapsClosed = in.readUnsigned();
    ledger.missing = ExactSum.read(in);
    ledger.nextOffset = in.readUnsigned();
    ledger.partitionTimeNanos = in.readSigned();
    ledger.appendTime.read(version, in);
    if (version >= 2) {
      ledger.runsForgotten = in.readUnsigned();
    }
    // An earlier release wrote the rest, or the last of it, not at all.
    long reached = in.atEnd() ? NO_TIME : in.readSigned();
    ledger.reachedMs = reached > ledger.appendTimeMs() ? reached : NO_TIME;
    ledger.partitionTimeAppendMs = in.atEnd() ? ledger.appendTimeMs() : in.readSigned();
    return ledger;
  }

  private static DeadLetterReason reason(String label) {
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      if (reason.label().equals(label)) {
        return reason;
      }
    }
    throw new CorruptRecordException("a ledger record has the unknown reason '" + label + "'");
  }
}
