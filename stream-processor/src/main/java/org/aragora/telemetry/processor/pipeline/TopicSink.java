package org.aragora.telemetry.processor.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.jspecify.annotations.Nullable;

/**
 * Forwards the results of counting to the topics. Outputs carry wall-clock timestamps, because
 * retention of the output topics uses them.
 */
final class TopicSink implements CountSink {
  private static final byte[] CONTENT_TYPE =
      "application/cloudevents+json".getBytes(StandardCharsets.UTF_8);

  private final ProcessorContext<Object, Object> context;
  private final InputNodes nodes;
  private final Supplier<DeadLetter.Form> deadLetters;
  private @Nullable Record<byte[], byte[]> reading;

  TopicSink(
      ProcessorContext<Object, Object> context,
      InputNodes nodes,
      Supplier<DeadLetter.Form> deadLetters) {
    this.context = context;
    this.nodes = nodes;
    this.deadLetters = deadLetters;
  }

  /** Makes a record the current one, which a dead letter may be built from. */
  InputRecord read(Record<byte[], byte[]> record) {
    reading = record;
    return new InputRecord(
        metadata().offset(), record.timestamp(), record.key(), record.headers(), record.value());
  }

  private RecordMetadata metadata() {
    return context
        .recordMetadata()
        .orElseThrow(() -> new IllegalStateException("a source record has no metadata"));
  }

  @Override
  public void deadLetter(InputRecord record, Decoded.Invalid why) {
    if (reading == null) {
      throw new IllegalStateException("a dead letter without a record");
    }
    context.forward(
        DeadLetter.of(reading, metadata(), why, context.currentSystemTimeMs(), deadLetters.get()),
        nodes.deadLetters());
  }

  @Override
  public void proposedEnd(byte @Nullable [] key, byte[] event) {
    context.forward(
        new Record<@Nullable Object, Object>(
            key,
            new PartitionedValue(context.taskId().partition(), event),
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
