package org.aragora.telemetry.processor;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.Ledger;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.PartialValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.processor.aggregate.AggregateSettings;
import org.aragora.telemetry.processor.aggregate.PartitionAggregate;
import org.aragora.telemetry.processor.flow.Changelogs;
import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.processor.flow.MeasuredEvent;
import org.aragora.telemetry.processor.flow.PartitionPipeline;
import org.aragora.telemetry.processor.ingest.IngestSettings;
import org.aragora.telemetry.processor.ingest.PartitionIngest;
import org.aragora.telemetry.processor.measure.MeasureProcessor;
import org.aragora.telemetry.processor.measure.MetricCatalog;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.jspecify.annotations.Nullable;

/**
 * Where the stages meet outside of Kafka Streams: what {@link PipelineTopology} is for the live
 * service, for one input partition at a time and with state in memory only.
 */
public final class OfflinePipelines implements PartitionPipeline.Factory {
  private final Supplier<MetricCatalog> catalogs;
  private final EventCodec codec = JsonEventCodec.create();
  private final IngestSettings ingest;
  private final AggregateSettings aggregate;

  private OfflinePipelines(
      Supplier<MetricCatalog> catalogs, IngestSettings ingest, AggregateSettings aggregate) {
    this.catalogs = catalogs;
    this.ingest = ingest;
    this.aggregate = aggregate;
  }

  /** Counts by the rules of a service with the same settings. */
  public static OfflinePipelines of(ProcessorConfig config) {
    String topicPrefix = config.topicPrefix();
    return of(config, () -> new MetricCatalog(topicPrefix));
  }

  /** Counts other metrics by the same rules. {@code catalogs}: a new one each time. */
  public static OfflinePipelines of(ProcessorConfig config, Supplier<MetricCatalog> catalogs) {
    return new OfflinePipelines(
        catalogs,
        new IngestSettings(
            config.maxClockSkew(), config.lateGrace(), config.debateDeadline(), false),
        new AggregateSettings(config.lateGrace(), config.seriesLimit(), Duration.ZERO));
  }

  @Override
  public List<MetricDescriptor> metrics() {
    return PipelineSettings.metrics(catalogs.get());
  }

  @Override
  public String rules() {
    StringBuilder rules = new StringBuilder();
    rules.append(
        "skew=%s grace=%s deadline=%s series=%d metrics="
            .formatted(
                ingest.maxClockSkew(),
                ingest.lateGrace(),
                ingest.debateDeadline(),
                aggregate.seriesLimit()));
    metrics().forEach(metric -> rules.append(Long.toHexString(metric.fingerprint())).append(','));
    return rules.toString();
  }

  @Override
  public PartitionPipeline open(InputPartition partition, PartitionPipeline.Listeners listeners) {
    return new Stages(partition, listeners, new MemoryStore(), new MemoryStore());
  }

  @Override
  public PartitionPipeline restore(
      InputPartition partition, PartitionPipeline.Listeners listeners, DataInputStream in)
      throws IOException {
    MemoryStore ingestStore = new MemoryStore();
    MemoryStore aggregateStore = new MemoryStore();
    ingestStore.restore(in);
    aggregateStore.restore(in);
    return new Stages(partition, listeners, ingestStore, aggregateStore);
  }

  private final class Stages implements PartitionPipeline {
    private final MemoryStore ingestStore;
    private final MemoryStore aggregateStore;
    private final PartitionIngest ingestStage;
    private final MeasureProcessor measureStage;
    private final PartitionAggregate aggregateStage;

    Stages(
        InputPartition partition,
        Listeners listeners,
        MemoryStore ingestStore,
        MemoryStore aggregateStore) {
      this.ingestStore = ingestStore;
      this.aggregateStore = aggregateStore;
      MetricCatalog catalog = catalogs.get();
      ingestStage = new PartitionIngest(partition.topic(), codec, ingest, ingestStore);
      measureStage = new MeasureProcessor(catalog);
      aggregateStage =
          new PartitionAggregate(
              partition, catalog.descriptors(), aggregate, aggregateStore, listeners);
    }

    @Override
    public void accept(
        long offset, long appendTimeMs, byte @Nullable [] key, byte @Nullable [] value) {
      CountedEvent event = ingestStage.count(offset, appendTimeMs, key, value);
      if (event != null) {
        aggregateStage.apply(new MeasuredEvent(event, measureStage.measure(event)));
      }
    }

    @Override
    public Ledger ledger() {
      return ingestStage.ledger();
    }

    @Override
    public Map<SeriesKey, PartialValue> totals() {
      return aggregateStage.totals();
    }

    @Override
    public @Nullable PartialValue total(SeriesKey series) {
      return aggregateStage.total(series);
    }

    @Override
    public @Nullable PartialValue window(SeriesKey series, long minute) {
      return aggregateStage.window(series, minute);
    }

    @Override
    public void sendWindows() {
      aggregateStage.sendWindows();
    }

    @Override
    public void entries(Entries listener) {
      ingestStore.forEach((key, value) -> listener.entry(Changelogs.Stage.INGEST, key, value));
      aggregateStore.forEach(
          (key, value) -> listener.entry(Changelogs.Stage.AGGREGATE, key, value));
    }

    @Override
    public void save(DataOutputStream out) throws IOException {
      ingestStore.save(out);
      aggregateStore.save(out);
    }
  }
}
