package org.aragora.telemetry.processor.serve;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.processor.flow.BrokerContact;
import org.aragora.telemetry.processor.serve.parts.SeriesParts;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of the metrics topic that this process has open, and those that it may serve now.
 */
public final class MetricsView {
  private final Map<Integer, PartitionView> open = new ConcurrentHashMap<>();
  private final AtomicLong foreign = new AtomicLong();
  private final BrokerContact contact;

  public MetricsView(BrokerContact contact) {
    this.contact = contact;
  }

  void open(PartitionView view) {
    open.put(view.partition(), view);
  }

  void close(PartitionView view) {
    open.remove(view.partition(), view);
  }

  /** The name under which this process announces a takeover; null if the partition is not open. */
  @Nullable String owner(int partition) {
    PartitionView view = open.get(partition);
    return view == null ? null : view.owner();
  }

  /** The owner that displaced this process in a partition that it has open; null if none. */
  @Nullable OwnerValue displacedBy(int partition) {
    PartitionView view = open.get(partition);
    return view == null ? null : view.displacedBy();
  }

  /** Notes a record of the metrics topic that no release has written; returns the number so far. */
  long recordForeign() {
    return foreign.incrementAndGet();
  }

  /** Number of records read from the metrics topic that no release has written. */
  public long foreignRecords() {
    return foreign.get();
  }

  /** The partitions that may be served at this moment, in order. */
  List<PartitionView> servable() {
    return open.values().stream()
        .filter(this::isServable)
        .sorted(Comparator.comparingInt(PartitionView::partition))
        .toList();
  }

  private boolean isServable(PartitionView view) {
    return view.isAnnounced() && contact.isFresh(view.streamThread());
  }

  /** Records that the calling stream thread processes. */
  void onAlive() {
    contact.onAlive(Thread.currentThread().getName());
  }

  /** The series of a partition that are not ripe yet, even if it is not served now; live. */
  Set<SeriesKey> young(int partition) {
    PartitionView view = open.get(partition);
    return view == null ? Set.of() : view.young();
  }

  /** The series of a partition whose parts are all retired; for its stream thread. */
  Map<SeriesKey, SeriesParts> closed(int partition) {
    PartitionView view = open.get(partition);
    return view == null ? Map.of() : view.closed();
  }

  /** The series of a partition with many retired parts; for its stream thread. */
  Map<SeriesKey, SeriesParts> crowded(int partition) {
    PartitionView view = open.get(partition);
    return view == null ? Map.of() : view.crowded();
  }

  /** The records that merge the retired parts of a crowded series. */
  Map<MetricsKey, Optional<byte[]>> merged(int partition, SeriesKey series) {
    PartitionView view = open.get(partition);
    return view == null ? Map.of() : view.merged(series);
  }

  /** The records of a closed series in the order in which they are to be deleted, the mark last. */
  List<MetricsKey> records(int partition, SeriesKey series) {
    PartitionView view = open.get(partition);
    return view == null ? List.of() : view.records(series);
  }

  /** Number of partitions that this process has open. */
  public int openPartitions() {
    return open.size();
  }

  /** Number of series that this process has open. */
  public int openSeries() {
    return open.values().stream().mapToInt(view -> view.series().size()).sum();
  }

  /** The partitions that it may serve now, in order. */
  public List<Integer> servedPartitions() {
    return servable().stream().map(PartitionView::partition).toList();
  }

  /** Number of open partitions that it may serve now. */
  public int servablePartitions() {
    return servable().size();
  }

  /** Returns true if this process may serve a partition at this moment. */
  public boolean servesPartition(int partition) {
    PartitionView view = open.get(partition);
    return view != null && isServable(view);
  }
}
