package org.aragora.telemetry.counting;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.aragora.telemetry.counting.aggregate.Aggregation;
import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.ingest.Ingest;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.WriteBehind;

/** Opens the counters of all input partitions, by the same rules. Thread-safe. */
public final class PartitionCounters {
  private final CountingRules rules;
  private final Supplier<MetricCatalog> catalogs;
  private final Handover handover;

  /** {@code catalogs}: makes a new one each time. */
  public PartitionCounters(
      CountingRules rules, Supplier<MetricCatalog> catalogs, Handover handover) {
    this.rules = rules;
    this.catalogs = catalogs;
    this.handover = handover;
  }

  /** Counters that no generation came before. */
  public static PartitionCounters of(CountingRules rules, String topicPrefix) {
    return new PartitionCounters(
        rules, () -> new MetricCatalog(topicPrefix, rules.labelText()), Handover.NONE);
  }

  /**
   * Opens the counter of a partition, which goes on from the contents of {@code stores}. They
   * change in {@link PartitionCounter#store} only.
   */
  public PartitionCounter open(
      InputPartition partition, PartitionStores<?> stores, CountSink sink) {
    MetricCatalog catalog = catalogs.get();
    WriteBehind ingest = new WriteBehind(stores.ingest());
    WriteBehind aggregate = new WriteBehind(stores.aggregate());
    return new PartitionCounter(
        new Ingest(partition, rules, handover, ingest, sink),
        catalog,
        new Aggregation(
            new Aggregation.Setup(partition, catalog.descriptors(), rules, handover),
            aggregate,
            sink),
        List.of(ingest, aggregate));
  }

  /** Every metric that has series, in the order in which they are served. */
  public List<MetricDescriptor> metrics() {
    List<MetricDescriptor> metrics = new ArrayList<>(catalogs.get().descriptors());
    metrics.addAll(Aggregation.OWN_METRICS);
    return List.copyOf(metrics);
  }

  /** The settings on which values depend, in one line: equal lines, equal values. */
  public String rulesLine() {
    StringBuilder line = new StringBuilder();
    line.append(
        "skew=%s grace=%s deadline=%s series=%d runs=%d retention=%s metrics="
            .formatted(
                rules.maxClockSkew(),
                rules.lateGrace(),
                rules.debateDeadline(),
                rules.seriesLimit(),
                rules.runLimit(),
                rules.seriesRetention()));
    metrics().forEach(metric -> line.append(Long.toHexString(metric.fingerprint())).append(','));
    return line.toString();
  }

  public CountingRules rules() {
    return rules;
  }

  public Handover handover() {
    return handover;
  }
}
