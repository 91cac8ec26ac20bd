package org.aragora.telemetry.replay.read;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.counting.PartitionCounter;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.PartitionStores;
import org.aragora.telemetry.counting.flow.DiscardingSink;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.flow.Measurement;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.counting.store.MemoryStore;
import org.aragora.telemetry.counting.value.PartialValue;
import org.jspecify.annotations.Nullable;

/** Counts one input partition between its bounds, from a checkpoint if there is one. */
public final class PartitionReplay implements PartitionJob {

  /** Values to keep beside the totals. */
  public record Keep(boolean minutes, boolean windows) {}

  private static final int VERSION = 2;

  private final InputPartition partition;
  private final Bounds bounds;
  private final Keep keep;
  private final Minutes minutes = new Minutes();
  private final Map<WindowKey, PartialValue> windows = new HashMap<>();
  private final RetiredTotals retired;
  private final PartitionStores<MemoryStore> stores =
      new PartitionStores<>(new MemoryStore(), new MemoryStore());
  private final PartitionCounter counter;
  private final @Nullable Checkpoints checkpoints;
  private long position;
  private long firstAppendMs = Long.MAX_VALUE;

  /** A checkpoint directory and what it holds for the partition; both null without checkpoints. */
  private record Saved(@Nullable Checkpoints checkpoints, @Nullable DataInputStream state) {}

  private PartitionReplay(
      InputPartition partition, Bounds bounds, Keep keep, PartitionCounters counters, Saved saved)
      throws IOException {
    this.partition = partition;
    this.bounds = bounds;
    this.keep = keep;
    this.checkpoints = saved.checkpoints();
    this.retired = new RetiredTotals(counters.metrics());
    DataInputStream state = saved.state();
    if (state == null) {
      position = bounds.from();
      counter = counters.open(partition, stores, new Kept());
    } else {
      if (state.readInt() != VERSION) {
        throw new IOException("it was written by another release");
      }
      position = state.readLong();
      firstAppendMs = state.readLong();
      stores.ingest().restore(state);
      stores.aggregate().restore(state);
      counter = counters.open(partition, stores, new Kept());
      minutes.restore(state, counters.metrics());
      restoreWindows(state);
      retired.restore(state);
    }
  }

  private final class Kept extends DiscardingSink {
    @Override
    public void window(WindowKey key, byte[] value) {
      if (keep.windows()) {
        windows.put(key, PartialValue.fromBytes(value));
      }
    }

    @Override
    public void total(MetricsKey.Partial key, byte[] value) {
      retired.add(key, value);
    }

    @Override
    public void changed(SeriesKey series, Measurement measurement) {
      if (keep.minutes()) {
        minutes.add(series, measurement);
      }
    }
  }

  /** Goes on from the checkpoint of the partition, or begins. */
  private static PartitionReplay open(
      InputPartition partition,
      Bounds bounds,
      Keep keep,
      PartitionCounters counters,
      @Nullable Checkpoints checkpoints) {
    try (DataInputStream state = checkpoints == null ? null : checkpoints.open(partition)) {
      return new PartitionReplay(partition, bounds, keep, counters, new Saved(checkpoints, state));
    } catch (IOException e) {
      throw new ReplayException(
          "The checkpoint of %s cannot be read (%s); remove its directory to begin again."
              .formatted(partition, e.getMessage()),
          e);
    }
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
    position = record.offset() + 1;
    firstAppendMs = Math.min(firstAppendMs, record.timestamp());
  }

  @Override
  public void pause(long reached) {
    position = reached;
    if (checkpoints != null && checkpoints.isDue(partition)) {
      checkpoints.save(partition, this::save);
    }
  }

  @Override
  public void done() {
    position = Math.max(position, bounds.to());
    counter.writeOut(counter.appendTimeMs(), false);
    if (checkpoints != null) {
      checkpoints.save(partition, this::save);
    }
  }

  private void save(DataOutputStream out) throws IOException {
    out.writeInt(VERSION);
    out.writeLong(position);
    out.writeLong(firstAppendMs);
    counter.store();
    stores.ingest().save(out);
    stores.aggregate().save(out);
    minutes.save(out);
    out.writeInt(windows.size());
    for (var window : windows.entrySet()) {
      writeBytes(out, window.getKey().toBytes());
      writeBytes(out, window.getValue().toBytes());
    }
    retired.save(out);
  }

  private void restoreWindows(DataInputStream in) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      WindowKey key = WindowKey.fromBytes(in.readNBytes(in.readInt()));
      windows.put(key, PartialValue.fromBytes(in.readNBytes(in.readInt())));
    }
  }

  private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  public PartitionCounter counter() {
    return counter;
  }

  public Bounds bounds() {
    return bounds;
  }

  /**
   * Append time of the first record, milliseconds since 1970; the greatest long if there is none.
   */
  public long firstAppendMs() {
    return firstAppendMs;
  }

  public Minutes minutes() {
    return minutes;
  }

  /** The parts of series that were retired on the way. */
  public RetiredTotals retired() {
    return retired;
  }

  /** Every window; those that had not closed have their value at the end of the range. */
  public Map<WindowKey, PartialValue> windows() {
    return windows;
  }

  /** The replays of a whole range. */
  public static List<PartitionReplay> all(
      Map<InputPartition, Bounds> range,
      Keep keep,
      PartitionCounters counters,
      @Nullable Checkpoints checkpoints) {
    return range.entrySet().stream()
        .map(entry -> open(entry.getKey(), entry.getValue(), keep, counters, checkpoints))
        .toList();
  }
}
