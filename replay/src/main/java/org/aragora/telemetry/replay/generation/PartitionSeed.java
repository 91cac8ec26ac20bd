package org.aragora.telemetry.replay.generation;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.PartialValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.processor.flow.PartitionPipeline;
import org.aragora.telemetry.processor.flow.SeriesListener;
import org.aragora.telemetry.replay.read.Bounds;
import org.aragora.telemetry.replay.read.PartitionJob;
import org.aragora.telemetry.replay.read.ReplayException;

/**
 * Counts one input partition and writes what a processor that had counted it would have written:
 * windows as they close; at the end the open ones, the totals, the ledger and the stores.
 */
final class PartitionSeed implements PartitionJob {
  private final InputPartition partition;
  private final Bounds bounds;
  private final SeedWriter writer;
  private final PartitionPipeline pipeline;
  private final Map<String, MetricDescriptor> metrics = new HashMap<>();
  private long position;

  PartitionSeed(
      InputPartition partition,
      Bounds bounds,
      PartitionPipeline.Factory factory,
      SeedWriter writer) {
    this.partition = partition;
    this.bounds = bounds;
    this.writer = writer;
    this.position = bounds.from();
    factory.metrics().forEach(metric -> metrics.put(metric.name(), metric));
    this.pipeline =
        factory.open(
            partition, new PartitionPipeline.Listeners(SeriesListener.NONE, writer::window));
  }

  @Override
  public InputPartition partition() {
    return partition;
  }

  @Override
  public long from() {
    return position;
  }

  @Override
  public long to() {
    return bounds.to();
  }

  @Override
  public void accept(ConsumerRecord<byte[], byte[]> record) {
    pipeline.accept(record.offset(), record.timestamp(), record.key(), record.value());
  }

  @Override
  public void pause(long reached) {
    position = reached;
    writer.check();
  }

  @Override
  public void done() {
    pipeline.sendWindows();
    pipeline.totals().forEach(this::total);
    BinaryWriter ledger = new BinaryWriter();
    pipeline.ledger().write(ledger);
    writer.metric(new MetricsKey.LedgerOf(partition), ledger.toBytes());
    pipeline.entries((stage, key, value) -> writer.entry(stage, partition, key, value));
    writer.check();
  }

  private void total(SeriesKey series, PartialValue value) {
    MetricDescriptor metric = metrics.get(series.metric());
    if (metric == null) {
      throw new ReplayException("The replay has counted %s, which is no metric.".formatted(series));
    }
    writer.metric(
        new MetricsKey.Partial(series, partition, metric.type().needsTopicTime()), value.toBytes());
  }
}
