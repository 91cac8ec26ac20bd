package org.aragora.telemetry.counting.metric;

import java.util.Arrays;
import java.util.Optional;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.jspecify.annotations.Nullable;

/** Key of a record of the metrics topic. */
public sealed interface MetricsKey {

  /**
   * Value that one input task has counted for a series. Its value is a {@link PartialValue}.
   *
   * @param withTopicTime true if it is served beside the ledger, see {@link
   *     MetricType#needsTopicTime()}
   * @param incarnation number of the part among those that the task had of the series: offset after
   *     the event that began it, 0 if the task had retired none of its metric
   */
  record Partial(SeriesKey series, InputPartition task, boolean withTopicTime, long incarnation)
      implements MetricsKey {
    /** The part of a task that has retired none. */
    public Partial(SeriesKey series, InputPartition task, boolean withTopicTime) {
      this(series, task, withTopicTime, 0);
    }
  }

  /** The {@link Ledger} of one input task. */
  record LedgerOf(InputPartition task) implements MetricsKey {}

  /** Owner of a partition of the metrics topic. Its value is an {@link OwnerValue}. */
  record Owner(int partition) implements MetricsKey {}

  /**
   * Mark of a series that was served as 0 for long enough: from here on, its owner serves its
   * value. The value of the record is a {@link RipeValue}.
   */
  record Ripe(SeriesKey series) implements MetricsKey {}

  /** Version and kind, then the fields. */
  default byte[] toBytes() {
    BinaryWriter out = new BinaryWriter().writeByte(1);
    if (this instanceof Partial partial) {
      out.writeByte(partial.withTopicTime ? 4 : 1);
      partial.series.write(out);
      partial.task.write(out);
      if (partial.incarnation != 0) {
        out.writeUnsigned(partial.incarnation); // an older release reads over what follows the task
      }
    } else if (this instanceof LedgerOf ledger) {
      ledger.task.write(out.writeByte(2));
    } else if (this instanceof Owner owner) {
      out.writeByte(3).writeUnsigned(owner.partition);
    } else if (this instanceof Ripe ripe) {
      ripe.series.write(out.writeByte(5));
    }
    return out.toBytes();
  }

  /**
   * Reads the key of any record of the topic; empty if no release up to this one has written it.
   * Such a record is not a value of ours and changes none.
   */
  static Optional<MetricsKey> find(byte @Nullable [] bytes) {
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(fromBytes(bytes)).filter(key -> Arrays.equals(key.toBytes(), bytes));
    } catch (CorruptRecordException e) {
      return Optional.empty();
    }
  }

  /** Reads what {@link #toBytes} wrote. */
  static MetricsKey fromBytes(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    in.readVersion(1, "a key of the metrics topic");
    int kind = in.readByte();
    return switch (kind) {
      case 1, 4 ->
          new Partial(
              SeriesKey.read(in),
              InputPartition.read(in),
              kind == 4,
              in.atEnd() ? 0 : in.readUnsigned());
      case 2 -> new LedgerOf(InputPartition.read(in));
      case 3 -> new Owner(in.readInt());
      case 5 -> new Ripe(SeriesKey.read(in));
      default ->
          throw new CorruptRecordException("no key of the metrics topic has the kind " + kind);
    };
  }

  /**
   * The partition of the metrics topic that this key belongs to: all parts of a series in one, all
   * that needs the times of whole topics in one. Never changes for a key and a number of
   * partitions.
   */
  default int partition(int partitions) {
    if (this instanceof Owner owner) {
      return owner.partition;
    }
    if (this instanceof Ripe ripe) {
      return seriesPartition(ripe.series, partitions);
    }
    return this instanceof Partial partial && !partial.withTopicTime
        ? seriesPartition(partial.series, partitions)
        : topicTimePartition(partitions);
  }

  /** The partition that all parts of an ordinary series belong to. */
  static int seriesPartition(SeriesKey series, int partitions) {
    BinaryWriter out = new BinaryWriter();
    series.write(out);
    return hashPartition(out.toBytes(), partitions);
  }

  /** The partition of the ledger and of what is served beside it. */
  static int topicTimePartition(int partitions) {
    return hashPartition(new byte[] {2}, partitions);
  }

  /**
   * FNV-1a of 64 bits, high bits folded in: ours, so that no upgrade of a client moves a series.
   */
  private static int hashPartition(byte[] bytes, int partitions) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : bytes) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001b3L;
    }
    return (int) Long.remainderUnsigned(hash ^ hash >>> 32, partitions);
  }
}
