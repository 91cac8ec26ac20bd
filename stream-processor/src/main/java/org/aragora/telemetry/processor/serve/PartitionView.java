package org.aragora.telemetry.processor.serve;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.counting.metric.RipeValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.processor.flow.ServedTimes;
import org.aragora.telemetry.processor.serve.parts.Part;
import org.aragora.telemetry.processor.serve.parts.SeriesParts;
import org.jspecify.annotations.Nullable;

/**
 * The values of one partition of the metrics topic, in one life of its task. Written by the stream
 * thread, read by scrapes.
 *
 * <p>It may be served once its task has read back its own announcement, because that lies behind
 * everything that the partition contained at takeover. It ends when it reads the announcement of
 * another task.
 *
 * <p>A series whose parts are all retired is closed. Its owner deletes the parts and last the
 * {@link MetricsKey.Ripe} in one transaction; that deletion ends the series for every reader.
 */
final class PartitionView {
  private final int partition;
  private final String owner;
  private final String streamThread;
  private final Map<String, MetricDescriptor> metrics;
  private final Map<SeriesKey, SeriesParts> series = new ConcurrentHashMap<>();
  private final Map<SeriesKey, SeriesParts> closed = new HashMap<>();
  private final Map<SeriesKey, SeriesParts> crowded = new HashMap<>();

  /** The series that are marked as ripe, but have no parts. */
  private final Set<SeriesKey> ripe = new HashSet<>();

  private final Set<SeriesKey> young = ConcurrentHashMap.newKeySet();
  private final Map<InputPartition, Ledger> ledgers = new ConcurrentHashMap<>();
  private final Map<InputPartition, InputPartition> tasks = new HashMap<>();
  private boolean inOrder;
  private boolean hasPredecessor;
  private volatile boolean announced;
  private volatile ServedTimes servedTimes = ServedTimes.first();
  private volatile @Nullable OwnerValue displacedBy;

  PartitionView(
      int partition, String owner, String streamThread, Map<String, MetricDescriptor> metrics) {
    this.partition = partition;
    this.owner = owner;
    this.streamThread = streamThread;
    this.metrics = metrics;
  }

  /**
   * Applies one record; {@code value} is null if the key was deleted.
   *
   * @param appendMs append time of the record, milliseconds since 1970
   * @return false if no release has written such a key; nothing has changed then
   */
  boolean accept(byte @Nullable [] keyBytes, byte @Nullable [] value, long appendMs) {
    Optional<MetricsKey> key = MetricsKey.find(keyBytes);
    key.ifPresent(of -> accept(of, value, appendMs));
    return key.isPresent();
  }

  private void accept(MetricsKey key, byte @Nullable [] value, long appendMs) {
    if (key instanceof MetricsKey.Partial partial) {
      acceptPartial(partial, value);
    } else if (key instanceof MetricsKey.LedgerOf ledger) {
      acceptLedger(ledger.task(), value);
    } else if (key instanceof MetricsKey.Owner && value != null) {
      OwnerValue last = OwnerValue.fromBytes(value);
      boolean isOwn = last.owner().equals(owner);
      displacedBy = announced && !isOwn ? last : isOwn ? null : displacedBy;
      if (isOwn && hasPredecessor) {
        servedTimes = ServedTimes.after(ledgers, appendMs, System.nanoTime());
      }
      hasPredecessor |= !isOwn;
      announced = isOwn;
    } else if (key instanceof MetricsKey.Ripe mark) {
      if (value == null) {
        end(mark.series());
      } else {
        RipeValue.fromBytes(value);
        ripen(mark.series());
      }
    }
  }

  /**
   * From here on records come in their order in the partition, which a restored store does not
   * keep.
   */
  void restored() {
    inOrder = true;
  }

  private void acceptLedger(InputPartition task, byte @Nullable [] value) {
    Ledger next = value == null ? new Ledger() : Ledger.read(new BinaryReader(value));
    Ledger last = value == null ? ledgers.remove(task) : ledgers.put(task, next);
    if (last != null && next.appendTimeMs() < last.appendTimeMs()) {
      servedTimes.setBack(task.topic());
    }
  }

  private void acceptPartial(MetricsKey.Partial key, byte @Nullable [] value) {
    MetricDescriptor metric = metrics.get(key.series().metric());
    if (metric == null) {
      return; // of a later release: kept in the topic, not served
    }
    boolean mayEnd = inOrder && !key.withTopicTime();
    if (value == null) {
      SeriesParts parts = series.get(key.series());
      if (parts != null) {
        parts.delete(key, mayEnd);
        changed(key.series(), parts);
      }
      return;
    }
    PartialValue partial = PartialValue.fromBytes(value);
    if (partial.fingerprint() != metric.fingerprint()) {
      throw new IncompatibleMetricException(
          "%s is now a %s, but the metrics topic holds values of another type, labels or bounds from input partition %s; run 'bin/telemetry replay --output generation' to count them again from the topics, then 'replay promote'"
              .formatted(metric.name(), metric.shape(), key.task()));
    }
    SeriesParts known = series.get(key.series());
    SeriesParts parts = known == null ? create(key.series()) : known;
    InputPartition task = tasks.computeIfAbsent(key.task(), same -> same);
    Part part =
        new Part(
            task, key.incarnation(), partial.nextOffset(), partial.read(metric), partial.flags());
    if (parts.put(key, part, mayEnd)) {
      grow(metric, key.series(), parts, part);
      changed(key.series(), parts);
    }
  }

  private SeriesParts create(SeriesKey key) {
    SeriesParts parts = new SeriesParts();
    if (ripe.remove(key)) {
      parts.ripen();
    }
    return parts;
  }

  /**
   * Before the parts of a new series are there, so that no scrape serves the value first and 0
   * then. One part that starts at its value is enough: the series was served before.
   */
  private void grow(MetricDescriptor metric, SeriesKey key, SeriesParts parts, Part part) {
    if (part.startsAtValue()) {
      parts.ripen();
      young.remove(key);
    } else if (metric.type().isCumulative() && !parts.isRipe()) {
      young.add(key);
    }
  }

  private void changed(SeriesKey key, SeriesParts parts) {
    if (parts.parts().isEmpty()) {
      series.remove(key);
      young.remove(key);
      if (parts.isRipe()) {
        ripe.add(key);
      }
    } else {
      series.put(key, parts);
    }
    keep(closed, key, parts, parts.isClosed());
    keep(crowded, key, parts, parts.isCrowded());
  }

  private static void keep(
      Map<SeriesKey, SeriesParts> in, SeriesKey key, SeriesParts parts, boolean keep) {
    if (keep) {
      in.put(key, parts);
    } else if (!in.isEmpty()) {
      in.remove(key);
    }
  }

  /** A series has ended; what was held back is a new one. */
  private void end(SeriesKey key) {
    ripe.remove(key);
    SeriesParts ended = series.get(key);
    MetricDescriptor metric = metrics.get(key.metric());
    if (ended != null && metric != null) {
      SeriesParts next = ended.next();
      next.parts().forEach(part -> grow(metric, key, next, part));
      changed(key, next);
    }
  }

  private void ripen(SeriesKey key) {
    SeriesParts parts = series.get(key);
    if (parts == null) {
      ripe.add(key);
    } else {
      parts.ripen();
    }
    young.remove(key);
  }

  /** Returns true if the last announcement that was read is that of this task. */
  boolean isAnnounced() {
    return announced;
  }

  /** Times of the topics that were served since the last takeover. */
  ServedTimes servedTimes() {
    return servedTimes;
  }

  /** The owner that announced itself after this task; null if none did. */
  @Nullable OwnerValue displacedBy() {
    return displacedBy;
  }

  int partition() {
    return partition;
  }

  String owner() {
    return owner;
  }

  String streamThread() {
    return streamThread;
  }

  /** The parts of each series. */
  Map<SeriesKey, SeriesParts> series() {
    return series;
  }

  /** The series to serve as 0; live. */
  Set<SeriesKey> young() {
    return young;
  }

  /** The series that are to end; for the thread that writes. */
  Map<SeriesKey, SeriesParts> closed() {
    return closed;
  }

  /** The series whose retired parts are to be merged; for the thread that writes. */
  Map<SeriesKey, SeriesParts> crowded() {
    return crowded;
  }

  /**
   * The records that merge the retired parts of each task of a crowded series into its first one:
   * its value, then the deletions of the others. The value alone takes the others in, see {@link
   * Part}.
   */
  Map<MetricsKey, Optional<byte[]>> merged(SeriesKey key) {
    Map<MetricsKey, Optional<byte[]>> records = new LinkedHashMap<>();
    SeriesParts parts = crowded.get(key);
    MetricDescriptor metric = metrics.get(key.metric());
    if (parts != null && metric != null) {
      boolean withTopicTime = metric.type().needsTopicTime();
      for (List<Part> retired : parts.retired().values()) {
        if (retired.size() > 1) {
          retired.forEach(
              part -> records.put(recordKey(key, part, withTopicTime), Optional.empty()));
          Part first = retired.get(0);
          records.put(recordKey(key, first, withTopicTime), Optional.of(merge(metric, retired)));
        }
      }
    }
    return records;
  }

  private static byte[] merge(MetricDescriptor metric, List<Part> retired) {
    Aggregate sum = Aggregate.zero(metric);
    int flags = PartialValue.RETIRED | PartialValue.STARTS_AT_VALUE | PartialValue.OVER_LIMIT;
    for (Part part : retired) {
      sum.merge(part.value());
      flags &= part.flags();
    }
    BinaryWriter out = new BinaryWriter();
    long nextOffset = retired.get(retired.size() - 1).nextOffset();
    PartialValue.write(out, metric, nextOffset, 0, flags, sum);
    return out.toBytes();
  }

  private static MetricsKey recordKey(SeriesKey series, Part part, boolean withTopicTime) {
    return new MetricsKey.Partial(series, part.task(), withTopicTime, part.incarnation());
  }

  /** The records of a closed series in the order in which they are to be deleted, the mark last. */
  List<MetricsKey> records(SeriesKey key) {
    List<MetricsKey> records = new ArrayList<>();
    SeriesParts parts = closed.get(key);
    MetricDescriptor metric = metrics.get(key.metric());
    if (parts != null && metric != null) {
      boolean withTopicTime = metric.type().needsTopicTime();
      for (Part part : parts.parts()) {
        records.add(recordKey(key, part, withTopicTime));
      }
      if (!withTopicTime) {
        records.add(new MetricsKey.Ripe(key));
      }
    }
    return records;
  }

  Map<InputPartition, Ledger> ledgers() {
    return ledgers;
  }
}
