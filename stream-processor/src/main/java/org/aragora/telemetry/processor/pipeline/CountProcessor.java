package org.aragora.telemetry.processor.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.aragora.telemetry.chassis.redact.RecordRedaction;
import org.aragora.telemetry.counting.PartitionCounter;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.PartitionStores;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;
import org.jspecify.annotations.Nullable;

/**
 * Hosts a {@link PartitionCounter} in a task. All state that an aborted transaction can undo lives
 * between {@code init} and {@code close}.
 */
public final class CountProcessor implements Processor<byte[], byte[], Object, Object> {

  /**
   * Shared by all tasks.
   *
   * @param deadLetterRoom most that a dead letter may have, by {@link
   *     org.aragora.telemetry.chassis.topics.RecordSize}
   * @param deadLetterRedaction null if dead letters keep what was written
   */
  public record Services(
      PartitionCounters counters,
      ConsumedOffsets progress,
      LongSupplier nanoClock,
      Duration writeInterval,
      IntSupplier deadLetterRoom,
      @Nullable RecordRedaction deadLetterRedaction) {
    private DeadLetter.Form deadLetters() {
      return new DeadLetter.Form(deadLetterRoom.getAsInt(), deadLetterRedaction);
    }
  }

  private final InputNodes nodes;
  private final Services services;
  private @Nullable Life life;

  public CountProcessor(InputNodes nodes, Services services) {
    this.nodes = nodes;
    this.services = services;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    life = new Life(context);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (life == null) {
      throw new IllegalStateException("the task of " + nodes.topic() + " is not open");
    }
    life.process(record);
  }

  @Override
  public void close() {
    if (life != null) {
      life.end();
    }
    life = null;
  }

  /** One life of the task. */
  private final class Life {
    private final InputPartition partition;
    private final TopicSink sink;
    private final WriteBehindStore ingest;
    private final WriteBehindStore aggregate;
    private final PartitionCounter counter;
    private final AppendClock clock;

    Life(ProcessorContext<Object, Object> context) {
      partition = new InputPartition(nodes.topic(), context.taskId().partition());
      sink = new TopicSink(context, nodes, services::deadLetters);
      ingest = context.getStateStore(nodes.ingestStore());
      aggregate = context.getStateStore(nodes.aggregateStore());
      counter =
          services
              .counters()
              .open(partition, new PartitionStores<>(ingest.content(), aggregate.content()), sink);
      // The first store that is flushed writes both, so each comes before the offsets.
      ingest.setWriter(counter::store);
      aggregate.setWriter(counter::store);
      clock = new AppendClock(counter.appendTimeMs(), services.nanoClock());
      // All tasks of a thread at one instant, so that one commit is enough for them.
      context.schedule(
          Instant.EPOCH,
          services.writeInterval(),
          PunctuationType.WALL_CLOCK_TIME,
          nowMs -> {
            writeOut();
            context.commit();
          });
    }

    void process(Record<byte[], byte[]> record) {
      counter.accept(sink.read(record));
      clock.recordRead(counter.ledger().appendTimeMs());
    }

    void end() {
      ingest.setWriter(null);
      aggregate.setWriter(null);
    }

    private void writeOut() {
      OptionalLong readToEnd = services.progress().readToEndAtNanos(partition);
      clock.readToEnd(readToEnd);
      counter.writeOut(clock.nowMs(), readToEnd.isPresent());
    }
  }
}
