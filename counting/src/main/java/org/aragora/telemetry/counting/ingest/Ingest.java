package org.aragora.telemetry.counting.ingest;

import java.time.Duration;
import org.aragora.telemetry.counting.flow.BrokenInvariantException;
import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.DebateChange;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.StoredValue;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventTime;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.jspecify.annotations.Nullable;

/**
 * Judges the records of one input partition, one after the other, and keeps its ledger. Decisions
 * depend on the records alone: not on wall time, other partitions or the places of commits. Created
 * from the store whenever a task starts; not thread-safe.
 */
public final class Ingest {
  private static final EventCodec CODEC = JsonEventCodec.create();
  private static final char LEDGER = 'L';
  private static final char CLOCK = 'C';
  private static final byte CLOCK_VERSION = 1;
  private static final long CLOCK_WRITE_MS = 5_000;
  private static final int DEBATE_LIMIT = 100_000;

  /**
   * Append times are taken as no later than this, in 2262: event times near them must fit
   * nanoseconds. A broker never sets such a time, but a producer may if a topic has CreateTime.
   */
  private static final long MAX_APPEND_MS =
      Long.MAX_VALUE / Times.NANOS_PER_MS - Duration.ofDays(30).toMillis();

  private final InputPartition partition;
  private final CountingRules rules;
  private final Handover handover;
  private final CountSink sink;
  private final StoredValue<Ledger> storedLedger;
  private final StoredValue<Long> storedClock;
  private final Ledger ledger;
  private final Runs runs;
  private final Debates debates;
  private final BinaryWriter writer = new BinaryWriter();
  private long clockMs;
  private boolean ledgerChanged = true;
  private boolean proposes;

  /** {@code sink}: takes dead letters, proposed ends and the ledger. */
  public Ingest(
      InputPartition partition,
      CountingRules rules,
      Handover handover,
      WriteBehind store,
      CountSink sink) {
    this.partition = partition;
    this.rules = rules;
    this.handover = handover;
    this.sink = sink;
    storedLedger = new StoredValue<>(store, LEDGER, Codec.of(Ledger::write, Ledger::read));
    storedClock = new StoredValue<>(store, CLOCK, Codec.of(Ingest::writeClock, Ingest::readClock));
    Ledger stored = storedLedger.get();
    ledger = stored == null ? new Ledger() : stored;
    Long clock = storedClock.get();
    clockMs = clock == null ? Long.MIN_VALUE : clock;
    runs = new Runs(store, ledger, rules.runLimit());
    debates = new Debates(store, DEBATE_LIMIT);
  }

  private static void writeClock(Long appendMs, BinaryWriter out) {
    out.writeByte(CLOCK_VERSION).writeSigned(appendMs);
  }

  private static Long readClock(BinaryReader in) {
    in.readVersion(CLOCK_VERSION, "the append clock of a partition");
    return in.readSigned();
  }

  /**
   * Judges the next record.
   *
   * @return the event, null if it does not count
   * @throws BrokenInvariantException if the record was counted before, or the ledger does not
   *     balance
   */
  public @Nullable CountedEvent judge(InputRecord input) {
    checkNew(input.offset());
    long appendMs =
        input.appendTimeMs() >= 0
            ? Math.min(input.appendTimeMs(), MAX_APPEND_MS)
            : Math.max(0, ledger.appendTimeMs());
    if (ledger.recordRead(input.offset(), appendMs)) {
      rebase(ledger.appendTimeMs());
    }
    runs.forgetBefore(ledger.appendTimeMs());
    debates.forgetBefore(ledger.appendTimeMs());
    CountedEvent counted = judge(input, appendMs);
    if (!ledger.balances()) {
      throw new BrokenInvariantException(
          "the ledger of %s does not balance at offset %d; counting stops so that no wrong number is served"
              .formatted(partition, input.offset()));
    }
    storedLedger.put(ledger);
    ledgerChanged = true;
    return counted;
  }

  private void rebase(long appendMs) {
    runs.rebase(appendMs);
    debates.rebase(appendMs);
    clockMs = appendMs;
    storedClock.put(appendMs);
  }

  /** Offsets and state commit together; if they are not of one commit, counts would double. */
  private void checkNew(long offset) {
    if (offset < ledger.nextOffset()) {
      throw new BrokenInvariantException(
          "offset %d of %s comes again, but everything before offset %d is counted: the committed offsets of the group were reset or have expired; run 'bin/telemetry replay --output generation' to count anew from the topics, then 'replay promote'"
              .formatted(offset, partition, ledger.nextOffset()));
    }
  }

  private @Nullable CountedEvent judge(InputRecord input, long appendMs) {
    Decoded decoded =
        CODEC.decode(partition.topic(), input.key(), input.headers(), input.value(), appendMs);
    if (decoded instanceof Decoded.Invalid invalid) {
      ledger.recordDeadLetter(invalid.reason());
      if (input.offset() >= handover.deadLettersBefore(partition)) {
        sink.deadLetter(input, invalid);
      }
      return null;
    }
    Event event = ((Decoded.Valid) decoded).event();
    Event.Sequence sequence = event.sequence();
    if (sequence != null
        && !runs.count(event.source(), sequence, ledger.appendTimeMs(), input.offset())) {
      ledger.recordDuplicate();
      return null;
    }
    return count(event, input, appendMs);
  }

  private CountedEvent count(Event event, InputRecord input, long appendMs) {
    EventTime time = EventTime.of(event, appendMs, rules.maxClockSkew());
    long timeNanos = time.nanos();
    if (time.isSkewed()) {
      ledger.recordClockSkew();
    }
    long partitionTimeNanos = ledger.partitionTimeNanos();
    if (partitionTimeNanos != Ledger.NO_TIME
        && timeNanos < partitionTimeNanos - rules.lateGrace().toNanos()) {
      ledger.recordLate();
    }
    ledger.recordCounted(timeNanos);
    DebateChange change = debateChange(event, input, timeNanos);
    return new CountedEvent(
        event,
        input.offset(),
        timeNanos,
        appendMs,
        ledger.partitionTimeNanos(),
        change,
        change == null ? null : debates.endOverLimit(ledger.appendTimeMs(), input.offset()));
  }

  private @Nullable DebateChange debateChange(Event event, InputRecord input, long timeNanos) {
    if (event.data() instanceof DebateStarted start) {
      Long timeoutNanos = start.timeoutNanos();
      return debates.start(
          new OpenDebate(
              start.debateId(),
              input.offset(),
              event.id(),
              timeNanos,
              ledger.appendTimeMs(),
              timeoutNanos != null ? timeoutNanos : rules.debateDeadline().toNanos(),
              start.domain(),
              event.traceparent(),
              event.parentSpanId(),
              input.key(),
              false));
    }
    if (event.data() instanceof DebateCompleted end) {
      return debates.end(end, ledger.appendTimeMs(), input.offset());
    }
    return null;
  }

  /**
   * Proposes the ends that are overdue, then writes the ledger if it has changed.
   *
   * @param appendMs append time of the partition, which may have advanced beyond its last record
   * @param readToEnd if every record of the partition is read, as the broker reports
   */
  public void writeOut(long appendMs, boolean readToEnd) {
    // The proposals of an earlier generation are read before any is made again.
    proposes |= readToEnd || ledger.nextOffset() >= handover.endBefore(partition);
    if (proposes) {
      proposeEnds(appendMs);
    }
    if (ledger.read() > 0 && appendMs - CLOCK_WRITE_MS > appendTimeMs()) {
      clockMs = appendMs;
      storedClock.put(appendMs);
      ledgerChanged = true;
    }
    if (ledgerChanged) {
      ledger.write(writer.reset(), Math.max(appendMs, ledger.appendTimeMs()));
      sink.ledger(new MetricsKey.LedgerOf(partition), writer.toBytes());
      ledgerChanged = false;
    }
  }

  /** Proposes the ends that are overdue at an append time, each once. */
  void proposeEnds(long appendMs) {
    if (rules.proposesEnds()) {
      for (Debates.Overdue overdue : debates.overdue(appendMs)) {
        OpenDebate debate = overdue.debate();
        sink.proposedEnd(debate.recordKey(), CODEC.encode(debate.timeout()));
        debates.proposed(overdue);
      }
    }
  }

  /** Returns true while there are open debates whose end may have to be proposed. */
  boolean awaitsEnds() {
    return rules.proposesEnds() && debates.anyDeadlines();
  }

  /** The append time that the partition had reached when it was stored or counted last. */
  public long appendTimeMs() {
    return Math.max(clockMs, ledger.appendTimeMs());
  }

  /** The account so far. Live: it goes on to change. */
  public Ledger ledger() {
    return ledger;
  }
}
