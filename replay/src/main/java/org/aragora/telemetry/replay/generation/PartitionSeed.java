package org.aragora.telemetry.replay.generation;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.counting.PartitionCounter;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.PartitionStores;
import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.generation.Changelogs.Stage;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.counting.store.MemoryStore;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.replay.read.Bounds;
import org.aragora.telemetry.replay.read.PartitionJob;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.jspecify.annotations.Nullable;

/**
 * Counts one input partition and writes the same records as a processor: windows as they close; at
 * the end the open ones, the totals, the ledger and the stores. Retired totals are kept, because
 * other partitions decide if their series has ended.
 */
final class PartitionSeed implements PartitionJob, CountSink {
  private final InputPartition partition;
  private final Bounds bounds;
  private final SeedWriter writer;
  private final PartitionStores<MemoryStore> stores =
      new PartitionStores<>(new MemoryStore(), new MemoryStore());
  private final PartitionCounter counter;
  private final List<RetiredParts.Retired> retired = new ArrayList<>();
  private long position;

  PartitionSeed(
      InputPartition partition, Bounds bounds, PartitionCounters counters, SeedWriter writer) {
    this.partition = partition;
    this.bounds = bounds;
    this.writer = writer;
    this.position = bounds.from();
    this.counter = counters.open(partition, stores, this);
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
    counter.accept(
        new InputRecord(
            record.offset(), record.timestamp(), record.key(), record.headers(), record.value()));
  }

  @Override
  public void pause(long reached) {
    position = reached;
    writer.check();
  }

  @Override
  public void done() {
    counter.writeOut(counter.appendTimeMs(), false);
    counter.store();
    stores.ingest().forEach((key, value) -> writer.entry(Stage.INGEST, partition, key, value));
    stores
        .aggregate()
        .forEach((key, value) -> writer.entry(Stage.AGGREGATE, partition, key, value));
    writer.check();
  }

  @Override
  public void deadLetter(InputRecord record, Decoded.Invalid why) {
    // The running service has written it.
  }

  @Override
  public void proposedEnd(byte @Nullable [] key, byte[] event) {
    throw new IllegalStateException("a replay proposes nothing");
  }

  @Override
  public void ledger(MetricsKey.LedgerOf key, byte[] value) {
    writer.metric(key, value);
  }

  @Override
  public void total(MetricsKey.Partial key, byte[] value) {
    PartialValue part = PartialValue.fromBytes(value);
    if (part.isRetired()) {
      long nowMs = counter.ledger().appendTimeMs();
      retired.add(new RetiredParts.Retired(key, value, part.firstSeenMs(), nowMs));
    } else {
      writer.metric(key, value);
    }
  }

  /** The retired parts, which are not written. */
  List<RetiredParts.Retired> retired() {
    return retired;
  }

  PartitionCounter counter() {
    return counter;
  }

  @Override
  public void window(WindowKey key, byte[] value) {
    writer.window(key, value);
  }
}
