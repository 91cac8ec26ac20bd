package org.aragora.telemetry.processor.serve;

import java.util.HashSet;
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
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.aragora.telemetry.counting.value.PartialValue;
import org.jspecify.annotations.Nullable;

/**
 * The values of one partition of the metrics topic, in one life of its task. Written by the stream
 * thread, read by scrapes.
 *
 * <p>It may be served once its task has read back its own announcement, because that lies behind
 * everything that the partition contained at takeover. It ends when it reads the announcement of
 * another task.
 */
final class PartitionView {
  private final int partition;
  private final String owner;
  private final String streamThread;
  private final Map<String, MetricDescriptor> metrics;
  private final Map<SeriesKey, Map<InputPartition, Aggregate>> series = new ConcurrentHashMap<>();
  private final Set<SeriesKey> ripe = new HashSet<>();
  private final Set<SeriesKey> young = ConcurrentHashMap.newKeySet();
  private final Map<InputPartition, Ledger> ledgers = new ConcurrentHashMap<>();
  private volatile boolean announced;
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
   * @return false if no release has written such a key; nothing has changed then
   */
  boolean accept(byte @Nullable [] keyBytes, byte @Nullable [] value) {
    Optional<MetricsKey> key = MetricsKey.find(keyBytes);
    key.ifPresent(of -> accept(of, value));
    return key.isPresent();
  }

  private void accept(MetricsKey key, byte @Nullable [] value) {
    if (key instanceof MetricsKey.Partial partial) {
      acceptPartial(partial, value);
    } else if (key instanceof MetricsKey.LedgerOf ledger) {
      if (value == null) {
        ledgers.remove(ledger.task());
      } else {
        ledgers.put(ledger.task(), Ledger.read(new BinaryReader(value)));
      }
    } else if (key instanceof MetricsKey.Owner && value != null) {
      OwnerValue last = OwnerValue.fromBytes(value);
      boolean isOwn = last.owner().equals(owner);
      displacedBy = announced && !isOwn ? last : isOwn ? null : displacedBy;
      announced = isOwn;
    } else if (key instanceof MetricsKey.Ripe mark && value != null) {
      RipeValue.fromBytes(value);
      ripen(mark.series());
    }
  }

  private void acceptPartial(MetricsKey.Partial key, byte @Nullable [] value) {
    MetricDescriptor metric = metrics.get(key.series().metric());
    if (metric == null) {
      return; // of a later release: kept in the topic, not served
    }
    if (value == null) {
      Map<InputPartition, Aggregate> parts = series.get(key.series());
      if (parts != null) {
        parts.remove(key.task());
      }
      return;
    }
    PartialValue partial = PartialValue.fromBytes(value);
    if (partial.fingerprint() != metric.fingerprint()) {
      throw new IncompatibleMetricException(
          "%s is now a %s, but the metrics topic holds values of another type, labels or bounds from input partition %s; run 'bin/telemetry replay --output generation' to count them again from the topics, then 'replay promote'"
              .formatted(metric.name(), metric.shape(), key.task()));
    }
    // Before its value is stored, so that no scrape serves the value first and 0 then. One part
    // that
    // starts at its value is enough: the series was served before.
    if (partial.startsAtValue()) {
      ripen(key.series());
    } else if (metric.type().isCumulative() && !ripe.contains(key.series())) {
      young.add(key.series());
    }
    series
        .computeIfAbsent(key.series(), k -> new ConcurrentHashMap<>())
        .put(key.task(), partial.read(metric));
  }

  private void ripen(SeriesKey key) {
    ripe.add(key);
    young.remove(key);
  }

  /** Returns true if the last announcement that was read is that of this task. */
  boolean isAnnounced() {
    return announced;
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

  /** The aggregate of each input task for each series; no value changes once it is stored. */
  Map<SeriesKey, Map<InputPartition, Aggregate>> series() {
    return series;
  }

  /** The series to serve as 0; live. */
  Set<SeriesKey> young() {
    return young;
  }

  Map<InputPartition, Ledger> ledgers() {
    return ledgers;
  }
}
