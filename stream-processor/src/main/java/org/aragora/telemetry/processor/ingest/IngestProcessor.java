package org.aragora.telemetry.processor.ingest;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.processor.flow.BrokenInvariantException;
import org.aragora.telemetry.processor.flow.Handover;
import org.aragora.telemetry.processor.flow.PartitionProgress;
import org.aragora.telemetry.processor.flow.PartitionedValue;
import org.aragora.telemetry.processor.flow.Times;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link Ingest} in a task: sends counted events on, invalid records to the dead-letter topic,
 * proposed ends back to the input, and the ledger to the metrics topic. All that an aborted
 * transaction can undo lives between {@code init} and {@code close}.
 */
public final class IngestProcessor implements Processor<byte[], byte[], Object, Object> {

  /** Names of the nodes that follow. */
  public record Children(String counted, String deadLetters, String proposedEnds, String ledger) {}

  /** What all tasks share. */
  public record Services(
      EventCodec codec,
      IngestSettings settings,
      PartitionProgress progress,
      LongSupplier nanoClock,
      Duration writeInterval,
      Handover handover) {

    /** Nothing was counted before. */
    public Services(
        EventCodec codec,
        IngestSettings settings,
        PartitionProgress progress,
        LongSupplier nanoClock,
        Duration writeInterval) {
      this(codec, settings, progress, nanoClock, writeInterval, Handover.NONE);
    }
  }

  private static final Bytes CLOCK_KEY = IngestKeys.key('C', rest -> {});
  private static final byte CLOCK_VERSION = 1;
  private static final long CLOCK_WRITE_MS = 30_000;
  private static final byte[] CONTENT_TYPE =
      "application/cloudevents+json".getBytes(StandardCharsets.UTF_8);

  private final InputTopic topic;
  private final String storeName;
  private final Children children;
  private final Services services;
  private @Nullable Running running;

  public IngestProcessor(InputTopic topic, String storeName, Children children, Services services) {
    this.topic = topic;
    this.storeName = storeName;
    this.children = children;
    this.services = services;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    running = new Running(context);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    running().process(record);
  }

  @Override
  public void close() {
    running = null;
  }

  private Running running() {
    if (running == null) {
      throw new IllegalStateException("the ingest task of " + topic + " is not open");
    }
    return running;
  }

  /** One life of the task. */
  private final class Running {
    private final ProcessorContext<Object, Object> context;
    private final KeyValueStore<Bytes, byte[]> store;
    private final InputPartition partition;
    private final Ingest ingest;
    private final AppendClock clock;
    private long writtenClockMs;
    private boolean ledgerChanged = true;
    private boolean proposes;

    Running(ProcessorContext<Object, Object> context) {
      this.context = context;
      this.store = context.getStateStore(storeName);
      this.partition = new InputPartition(topic, context.taskId().partition());
      this.ingest = new Ingest(topic, services.codec(), services.settings(), store);
      byte[] stored = store.get(CLOCK_KEY);
      writtenClockMs = stored == null ? Long.MIN_VALUE : readClock(stored);
      clock =
          new AppendClock(
              Math.max(writtenClockMs, ingest.ledger().appendTimeMs()), services.nanoClock());
      context.schedule(
          Times.WRITE_ANCHOR,
          services.writeInterval(),
          PunctuationType.WALL_CLOCK_TIME,
          this::writeOut);
    }

    void process(Record<byte[], byte[]> record) {
      RecordMetadata metadata =
          context
              .recordMetadata()
              .orElseThrow(() -> new IllegalStateException("a source record has no metadata"));
      checkNew(metadata.offset());
      Ingested ingested =
          ingest.ingest(
              new InputRecord(metadata.offset(), record.timestamp(), record.key(), record.value()));
      clock.recordRead(ingest.ledger().appendTimeMs());
      ledgerChanged = true;
      if (ingested instanceof Ingested.Counted counted) {
        context.forward(
            new Record<Object, Object>(partition, counted.event(), record.timestamp()),
            children.counted());
      } else if (ingested instanceof Ingested.DeadLetter deadLetter
          && metadata.offset() >= services.handover().parkedBefore(partition)) {
        context.forward(
            DeadLetter.of(record, metadata, deadLetter.invalid(), context.currentSystemTimeMs()),
            children.deadLetters());
      }
    }

    /** Offsets and state commit together; where they are not of one commit, counts would double. */
    private void checkNew(long offset) {
      if (offset < ingest.ledger().nextOffset()) {
        throw new BrokenInvariantException(
            "offset %d of %s comes again, but everything before offset %d is counted: the committed offsets of the group were reset or have expired; run 'bin/telemetry replay --output generation' to count anew from the topics, then 'replay promote'"
                .formatted(offset, partition, ingest.ledger().nextOffset()));
      }
    }

    /** Writes what has changed, as absolute values, and proposes the ends that are overdue. */
    private void writeOut(long nowMs) {
      clock.readToEnd(services.progress().readToEndAtNanos(partition));
      if (mayPropose()) {
        for (ProposedEnd end : ingest.proposeEnds(clock.nowMs())) {
          propose(end, nowMs);
        }
      }
      if (ingest.awaitsEnds() && clock.nowMs() - CLOCK_WRITE_MS > writtenClockMs) {
        writtenClockMs = clock.nowMs();
        store.put(
            CLOCK_KEY,
            new BinaryWriter().writeByte(CLOCK_VERSION).writeSigned(writtenClockMs).toBytes());
      }
      if (ledgerChanged) {
        BinaryWriter value = new BinaryWriter();
        ingest.ledger().write(value);
        context.forward(
            new Record<Object, Object>(new MetricsKey.LedgerOf(partition), value.toBytes(), nowMs),
            children.ledger());
        ledgerChanged = false;
      }
    }

    /** What another generation has proposed is read before anything is proposed again. */
    private boolean mayPropose() {
      proposes |=
          ingest.ledger().nextOffset() >= services.handover().endBefore(partition)
              || services.progress().readToEndAtNanos(partition).isPresent();
      return proposes;
    }

    private void propose(ProposedEnd end, long nowMs) {
      context.forward(
          new Record<@Nullable Object, Object>(
              end.key(),
              new PartitionedValue(partition.partition(), end.value()),
              nowMs,
              new RecordHeaders().add("content-type", CONTENT_TYPE)),
          children.proposedEnds());
    }

    private static long readClock(byte[] stored) {
      BinaryReader in = new BinaryReader(stored);
      in.readVersion(CLOCK_VERSION, "the append clock of a partition");
      return in.readSigned();
    }
  }
}
