package org.aragora.telemetry.processor.pipeline;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.aragora.telemetry.counting.PartitionCounter;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.PartitionStores;
import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.processor.flow.PartitionProgress;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.jspecify.annotations.Nullable;

/**
 * Hosts a {@link PartitionCounter} in a task. All that an aborted transaction can undo lives
 * between {@code init} and {@code close}. Outputs carry wall-clock timestamps: retention of the
 * output topics goes by them.
 */
public final class CountProcessor implements Processor<byte[], byte[], Object, Object> {

  /** Shared by all tasks. */
  public record Services(
      PartitionCounters counters,
      PartitionProgress progress,
      LongSupplier nanoClock,
      Duration writeInterval) {}

  private static final byte[] CONTENT_TYPE =
      "application/cloudevents+json".getBytes(StandardCharsets.UTF_8);

  private final InputNodes nodes;
  private final Services services;
  private @Nullable Running running;

  public CountProcessor(InputNodes nodes, Services services) {
    this.nodes = nodes;
    this.services = services;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    running = new Running(context);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (running == null) {
      throw new IllegalStateException("the task of " + nodes.topic() + " is not open");
    }
    running.process(record);
  }

  @Override
  public void close() {
    running = null;
  }

  /** One life of the task. */
  private final class Running implements CountSink {
    private final ProcessorContext<Object, Object> context;
    private final InputPartition partition;
    private final PartitionCounter counter;
    private final AppendClock clock;
    private @Nullable Record<byte[], byte[]> current;

    Running(ProcessorContext<Object, Object> context) {
      this.context = context;
      partition = new InputPartition(nodes.topic(), context.taskId().partition());
      counter =
          services
              .counters()
              .open(
                  partition,
                  new PartitionStores<>(
                      context.getStateStore(nodes.ingestStore()),
                      context.getStateStore(nodes.aggregateStore())),
                  this);
      clock = new AppendClock(counter.appendTimeMs(), services.nanoClock());
      context.schedule(
          services.writeInterval(), PunctuationType.WALL_CLOCK_TIME, nowMs -> writeOut());
    }

    void process(Record<byte[], byte[]> record) {
      current = record;
      counter.accept(
          new InputRecord(metadata().offset(), record.timestamp(), record.key(), record.value()));
      clock.recordRead(counter.ledger().appendTimeMs());
    }

    private RecordMetadata metadata() {
      return context
          .recordMetadata()
          .orElseThrow(() -> new IllegalStateException("a source record has no metadata"));
    }

    private void writeOut() {
      OptionalLong readToEnd = services.progress().readToEndAtNanos(partition);
      clock.readToEnd(readToEnd);
      counter.writeOut(clock.nowMs(), readToEnd.isPresent());
    }

    @Override
    public void deadLetter(InputRecord record, Decoded.Invalid why) {
      if (current != null) {
        context.forward(
            DeadLetter.of(current, metadata(), why, context.currentSystemTimeMs()),
            nodes.deadLetters());
      }
    }

    @Override
    public void proposedEnd(byte @Nullable [] key, byte[] event) {
      context.forward(
          new Record<@Nullable Object, Object>(
              key,
              new PartitionedValue(partition.partition(), event),
              context.currentSystemTimeMs(),
              new RecordHeaders().add("content-type", CONTENT_TYPE)),
          nodes.proposedEnds());
    }

    @Override
    public void ledger(MetricsKey.LedgerOf key, byte[] value) {
      forward(key, value, nodes.metrics());
    }

    @Override
    public void total(MetricsKey.Partial key, byte[] value) {
      forward(key, value, nodes.metrics());
    }

    @Override
    public void window(WindowKey key, byte[] value) {
      forward(key, value, nodes.windows());
    }

    private void forward(Object key, byte[] value, String node) {
      context.forward(new Record<Object, Object>(key, value, context.currentSystemTimeMs()), node);
    }
  }
}
