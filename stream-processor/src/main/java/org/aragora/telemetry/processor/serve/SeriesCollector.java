package org.aragora.telemetry.processor.serve;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;
import org.aragora.telemetry.processor.flow.TopicTime;
import org.aragora.telemetry.processor.serve.parts.SeriesParts;

/**
 * Collects the series that come from the topics for {@code /metrics}: those of the partitions that
 * this process may serve at this moment. Safe for concurrent scrapes.
 */
public final class SeriesCollector implements MultiCollector {
  private final MetricsView view;
  private final ServeSettings settings;
  private final ConsumedOffsets progress;
  private final SeriesSamples seriesSamples;
  private final int topicTimePartition;
  private final LongSupplier nanoClock;

  /** {@code nanoClock}: {@link System#nanoTime}. */
  public SeriesCollector(
      MetricsView view, ServeSettings settings, ConsumedOffsets progress, LongSupplier nanoClock) {
    this.view = view;
    this.settings = settings;
    this.progress = progress;
    this.nanoClock = nanoClock;
    this.seriesSamples = new SeriesSamples(settings);
    this.topicTimePartition = MetricsKey.topicTimePartition(settings.metricsPartitions());
  }

  /**
   * Returns true if in every ledger the records read are those counted, the duplicates and the dead
   * letters together; empty if this process does not serve the ledgers.
   */
  public Optional<Boolean> ledgersBalance() {
    return view.servable().stream()
        .filter(served -> served.partition() == topicTimePartition)
        .map(served -> served.ledgers().values().stream().allMatch(SeriesCollector::isBalanced))
        .findFirst();
  }

  private static boolean isBalanced(Ledger of) {
    return of.read() == of.counted() + of.duplicate() + of.deadLetters();
  }

  @Override
  public MetricSnapshots collect() {
    return collect(name -> true);
  }

  @Override
  public MetricSnapshots collect(Predicate<String> includedNames) {
    List<PartitionView> servable = view.servable();
    while (true) {
      MetricSnapshots snapshots = collect(servable, includedNames);
      // A process that was paused while it collected may have lost partitions since.
      List<PartitionView> still = stillServable(servable);
      if (still.size() == servable.size()) {
        return snapshots;
      }
      servable = still; // fewer each time, so this ends
    }
  }

  private List<PartitionView> stillServable(List<PartitionView> collected) {
    List<PartitionView> now = view.servable();
    return collected.stream().filter(now::contains).toList();
  }

  private MetricSnapshots collect(List<PartitionView> views, Predicate<String> includedNames) {
    Snapshots snapshots = new Snapshots();
    List<MetricDescriptor> metrics =
        settings.metrics().stream().filter(metric -> isIncluded(metric, includedNames)).toList();
    long atNanos = nanoClock.getAsLong();
    for (PartitionView next : views) {
      // Before the series: a time must not be later than the heartbeats that are read after it.
      TopicTime time = new TopicTime(Map.copyOf(next.ledgers()), progress, atNanos);
      Map<String, List<Map.Entry<SeriesKey, SeriesParts>>> series = SeriesSamples.byMetric(next);
      for (MetricDescriptor metric : metrics) {
        if (!metric.type().needsTopicTime()) {
          seriesSamples.add(metric, series.getOrDefault(metric.name(), List.of()), next, snapshots);
        } else if (next.partition() == topicTimePartition) {
          addTopicTime(metric, next, time, snapshots);
        }
      }
      if (next.partition() == topicTimePartition) {
        new LedgerSamples(settings, next, progress, atNanos, snapshots).add();
      }
    }
    return snapshots.build(includedNames);
  }

  /** The state of instances is also the source of the sum of their connections. */
  private boolean isIncluded(MetricDescriptor metric, Predicate<String> includedNames) {
    return includedNames.test(Snapshots.familyName(metric.name()))
        || (metric.type() == MetricType.INSTANCE
            && includedNames.test(settings.websocketConnections().name()));
  }

  private void addTopicTime(
      MetricDescriptor metric, PartitionView next, TopicTime time, Snapshots snapshots) {
    if (metric.type() == MetricType.RATIO) {
      TopicTimeSamples.addRatio(metric, next, time, snapshots);
    } else {
      TopicTimeSamples.addInstances(metric, settings.websocketConnections(), next, time, snapshots);
    }
  }
}
