package org.aragora.telemetry.processor.serve;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the view of one partition of the metrics topic while its task is open, and announces the
 * takeover in that partition.
 */
public final class ServeProcessor {
  private static final Duration ANNOUNCE_AFTER = Duration.ofMillis(50);

  /**
   * The objects that all tasks share.
   *
   * @param mayServe whether the values are whole; until then no takeover is announced
   */
  public record Services(
      String storeName,
      MetricsView view,
      List<MetricDescriptor> metrics,
      int partitions,
      BooleanSupplier mayServe) {}

  private ServeProcessor() {}

  /** Reads the partition into the store and the view. */
  public static final class Reader implements Processor<byte[], byte[], Void, Void> {
    private final Services services;
    private @Nullable KeyValueStore<Bytes, byte[]> store;
    private @Nullable PartitionView view;

    public Reader(Services services) {
      this.services = services;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      int partition = context.taskId().partition();
      String owner = UUID.randomUUID().toString();
      Map<String, MetricDescriptor> metrics = new HashMap<>();
      services.metrics().forEach(metric -> metrics.put(metric.name(), metric));
      PartitionView opened =
          new PartitionView(partition, owner, Thread.currentThread().getName(), metrics);
      KeyValueStore<Bytes, byte[]> restored = context.getStateStore(services.storeName());
      try (KeyValueIterator<Bytes, byte[]> all = restored.all()) {
        while (all.hasNext()) {
          KeyValue<Bytes, byte[]> entry = all.next();
          opened.accept(entry.key.get(), entry.value);
        }
      }
      opened.restored();
      store = restored;
      view = opened;
      services.view().open(opened);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (store == null || view == null) {
        throw new IllegalStateException("the serve task is not open");
      }
      store.put(Bytes.wrap(record.key()), record.value());
      view.accept(record.key(), record.value());
    }

    @Override
    public void close() {
      if (view != null) {
        services.view().close(view);
      }
      view = null;
      store = null;
    }
  }

  /** Announces, once per takeover, the task that serves the partition from here on. */
  public static final class Announcer implements Processor<byte[], byte[], MetricsKey, byte[]> {
    private final Services services;
    private @Nullable Cancellable pending;

    public Announcer(Services services) {
      this.services = services;
    }

    @Override
    public void init(ProcessorContext<MetricsKey, byte[]> context) {
      pending =
          context.schedule(
              ANNOUNCE_AFTER, PunctuationType.WALL_CLOCK_TIME, now -> announce(context, now));
    }

    private void announce(ProcessorContext<MetricsKey, byte[]> context, long nowMs) {
      int partition = context.taskId().partition();
      String owner = services.view().owner(partition);
      if (owner == null || pending == null || !services.mayServe().getAsBoolean()) {
        return;
      }
      pending.cancel();
      context.forward(
          new Record<>(
              new MetricsKey.Owner(partition),
              new OwnerValue(owner, services.partitions()).toBytes(),
              nowMs));
      context.commit();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      // The reader applies the records.
    }
  }
}
