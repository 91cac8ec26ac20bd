package org.aragora.telemetry.processor.ingest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.Ledger;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.processor.flow.BrokenInvariantException;
import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.processor.flow.DebateChange;
import org.aragora.telemetry.processor.flow.Times;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Judges the records of one input partition, one after the other, and keeps its ledger. What it
 * decides depends on nothing but the records: not on wall time, other partitions or where commits
 * fall. Made anew from the store whenever a task starts; not thread-safe.
 */
final class Ingest {
  private static final char LEDGER = 'L';
  private static final Bytes LEDGER_KEY = IngestKeys.key(LEDGER, rest -> {});

  /**
   * Append times are taken as no later than this, in 2262: event times near them must fit
   * nanoseconds. A broker never sets such a one, but a producer may where a topic has CreateTime.
   */
  private static final long MAX_APPEND_MS =
      Long.MAX_VALUE / Times.NANOS_PER_MS - Duration.ofDays(30).toMillis();

  private final InputTopic topic;
  private final EventCodec codec;
  private final IngestSettings settings;
  private final KeyValueStore<Bytes, byte[]> store;
  private final Ledger ledger;
  private final Runs runs;
  private final Debates debates;
  private final BinaryWriter writer = new BinaryWriter();

  Ingest(
      InputTopic topic,
      EventCodec codec,
      IngestSettings settings,
      KeyValueStore<Bytes, byte[]> store) {
    this.topic = topic;
    this.codec = codec;
    this.settings = settings;
    this.store = store;
    byte[] stored = store.get(LEDGER_KEY);
    ledger = stored == null ? new Ledger() : Ledger.read(new BinaryReader(stored));
    runs = new Runs(store, ledger);
    debates = new Debates(store);
  }

  Ingested ingest(InputRecord input) {
    long appendMs =
        input.appendTimeMs() >= 0
            ? Math.min(input.appendTimeMs(), MAX_APPEND_MS)
            : Math.max(0, ledger.appendTimeMs());
    ledger.recordRead(input.offset(), appendMs);
    runs.forgetBefore(ledger.appendTimeMs());
    debates.forgetBefore(ledger.appendTimeMs());
    Ingested ingested = judge(input, appendMs);
    if (!ledger.balances()) {
      throw new BrokenInvariantException(
          "the ledger of %s does not balance at offset %d; counting stops so that no wrong number is served"
              .formatted(topic.suffix(), input.offset()));
    }
    writer.reset();
    ledger.write(writer);
    store.put(LEDGER_KEY, writer.toBytes());
    return ingested;
  }

  private Ingested judge(InputRecord input, long appendMs) {
    Decoded decoded = codec.decode(topic, input.value(), appendMs);
    if (decoded instanceof Decoded.Invalid invalid) {
      ledger.recordDeadLetter(invalid.reason());
      return new Ingested.DeadLetter(invalid);
    }
    Event event = ((Decoded.Valid) decoded).event();
    Event.Sequence sequence = event.sequence();
    if (sequence != null && !runs.count(event.source(), sequence, ledger.appendTimeMs())) {
      ledger.recordDuplicate();
      return new Ingested.Duplicate();
    }
    return new Ingested.Counted(count(event, input, appendMs));
  }

  private CountedEvent count(Event event, InputRecord input, long appendMs) {
    long appendNanos = appendMs * Times.NANOS_PER_MS;
    long timeNanos = event.time() == null ? appendNanos : Times.nanos(event.time());
    if (timeNanos - appendNanos > settings.maxClockSkew().toNanos()) {
      timeNanos = appendNanos;
      ledger.recordClockSkew();
    }
    long partitionTimeNanos = ledger.partitionTimeNanos();
    if (partitionTimeNanos != Ledger.NO_TIME
        && timeNanos < partitionTimeNanos - settings.lateGrace().toNanos()) {
      ledger.recordLate();
    }
    ledger.recordCounted(timeNanos);
    return new CountedEvent(
        event,
        input.offset(),
        timeNanos,
        appendMs,
        ledger.partitionTimeNanos(),
        debateChange(event, input, timeNanos));
  }

  private @Nullable DebateChange debateChange(Event event, InputRecord input, long timeNanos) {
    if (event.data() instanceof DebateStarted start) {
      Long timeoutNanos = start.timeoutNanos();
      return debates.start(
          start.debateId(),
          new OpenDebate(
              event.id(),
              timeNanos,
              ledger.appendTimeMs(),
              timeoutNanos != null ? timeoutNanos : settings.debateDeadline().toNanos(),
              start.domain(),
              event.traceparent(),
              event.parentSpanId(),
              input.key(),
              false));
    }
    if (event.data() instanceof DebateCompleted end) {
      return debates.end(end, ledger.appendTimeMs());
    }
    return null;
  }

  /**
   * The ends to propose at an append time, each once.
   *
   * @param appendMs append time of the partition, which may have advanced beyond its last record
   */
  List<ProposedEnd> proposeEnds(long appendMs) {
    List<ProposedEnd> ends = new ArrayList<>();
    if (settings.proposesEnds()) {
      for (Debates.Overdue overdue : debates.overdue(appendMs)) {
        ends.add(ProposedEnd.of(overdue.debateId(), overdue.debate(), codec));
        debates.proposed(overdue);
      }
    }
    return ends;
  }

  /** Whether there are open debates whose end may have to be proposed. */
  boolean awaitsEnds() {
    return settings.proposesEnds() && debates.anyDeadlines();
  }

  Ledger ledger() {
    return ledger;
  }
}
