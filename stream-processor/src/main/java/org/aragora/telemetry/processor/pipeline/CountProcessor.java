package org.aragora.telemetry.processor.pipeline;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
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
   */
  public record Services(
      PartitionCounters counters,
      ConsumedOffsets progress,
      LongSupplier nanoClock,
      Duration writeInterval,
      IntSupplier deadLetterRoom) {}

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
    life = null;
  }

  /** One life of the task. */
  private final class Life {
    private final ProcessorContext<Object, Object> context;
    private final InputPartition partition;
    private final TopicSink sink;
    private final PartitionCounter counter;
    private final AppendClock clock;

    Life(ProcessorContext<Object, Object> context) {
      this.context = context;
      partition = new InputPartition(nodes.topic(), context.taskId().partition());
      sink = new TopicSink(context, nodes, services.deadLetterRoom());
      PartitionStores<?> stores =
          new PartitionStores<>(
              context.getStateStore(nodes.ingestStore()),
              context.getStateStore(nodes.aggregateStore()));
      counter = services.counters().open(partition, stores, sink);
      clock = new AppendClock(counter.appendTimeMs(), services.nanoClock());
      context.schedule(
          services.writeInterval(), PunctuationType.WALL_CLOCK_TIME, nowMs -> writeOut());
    }

    void process(Record<byte[], byte[]> record) {
      freeRawRecord();
      counter.accept(sink.read(record));
      clock.recordRead(counter.ledger().appendTimeMs());
    }

    /**
     * Each entry of a cached store keeps the context of the record that changed it, and with it the
     * whole input record, until it is evicted. Its size is not counted, so large records would fill
     * the heap.
     */
    private void freeRawRecord() {
      if (context instanceof InternalProcessorContext<?, ?> internal
          && internal.recordContext() != null) {
        internal.recordContext().freeRawRecord();
      }
    }

    private void writeOut() {
      OptionalLong readToEnd = services.progress().readToEndAtNanos(partition);
      clock.readToEnd(readToEnd);
      counter.writeOut(clock.nowMs(), readToEnd.isPresent());
    }
  }
}
