package org.aragora.telemetry.processor.serve;

import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the view of one partition of the metrics topic while its task is open, and announces the
 * takeover in that partition.
 */
public final class ServeProcessor {
  private static final Logger LOG = LoggerFactory.getLogger(ServeProcessor.class);
  private static final Duration ANNOUNCE_AFTER = Duration.ofMillis(50);
  private static final Duration ALIVE_EVERY = Duration.ofMillis(500);
  private static final Duration AT_ONCE = Duration.ofMillis(1);

  /**
   * The objects that all tasks share.
   *
   * @param topic full name of the metrics topic
   */
  public record Services(
      String storeName,
      String topic,
      MetricsView view,
      List<MetricDescriptor> metrics,
      Announcement announcement) {}

  /**
   * The announcement of a takeover.
   *
   * @param partitions partitions of the metrics topic
   * @param service that the owner belongs to
   * @param mayServe whether the values are whole; until then no takeover is announced
   * @param closedWithin time in which a task is closed after a successor in its group took over
   * @param displaced receives the owner that displaced a task without being its successor
   */
  public record Announcement(
      int partitions,
      OwnerValue.Service service,
      BooleanSupplier mayServe,
      Duration closedWithin,
      Consumer<OwnerValue> displaced) {}

  private ServeProcessor() {}

  /** Reads the partition into the store and the view. */
  public static final class Reader implements Processor<byte[], byte[], Void, Void> {
    private final Services services;
    private @Nullable KeyValueStore<Bytes, byte[]> store;
    private @Nullable PartitionView view;
    private int partition;

    public Reader(Services services) {
      this.services = services;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      partition = context.taskId().partition();
      String owner = UUID.randomUUID().toString();
      Map<String, MetricDescriptor> metrics = new HashMap<>();
      services.metrics().forEach(metric -> metrics.put(metric.name(), metric));
      PartitionView opened =
          new PartitionView(partition, owner, Thread.currentThread().getName(), metrics);
      KeyValueStore<Bytes, byte[]> restored = context.getStateStore(services.storeName());
      try (KeyValueIterator<Bytes, byte[]> all = restored.all()) {
        while (all.hasNext()) {
          KeyValue<Bytes, byte[]> entry = all.next();
          accept(opened, new Record<>(entry.key.get(), entry.value, 0));
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
      if (accept(view, record)) {
        store.put(Bytes.wrap(record.key()), record.value());
      }
    }

    /** Applies a record and returns true, or counts it as foreign and returns false. */
    private boolean accept(PartitionView to, Record<byte[], byte[]> record) {
      byte[] keyBytes = record.key();
      try {
        if (to.accept(keyBytes, record.value(), record.timestamp())) {
          return true;
        }
      } catch (CorruptRecordException e) {
        throw new CorruptRecordException(
            "the value under the key %s in partition %d of %s cannot be read (%s): delete it with a tombstone, or run 'bin/telemetry replay --output generation' to count again from the topics, then 'replay promote'; see 'A record that cannot be read' in docs/runbook.md"
                .formatted(hex(keyBytes), partition, services.topic(), e.getMessage()));
      }
      if (services.view().recordForeign() == 1) {
        LOG.warn(
            "{} contains a record in partition {} whose key ({}) no release of this service has"
                + " written; it and others like it are ignored",
            services.topic(),
            partition,
            hex(keyBytes));
      }
      return false;
    }

    private static String hex(byte @Nullable [] bytes) {
      return bytes == null ? "null" : HexFormat.of().formatHex(bytes);
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
    private @Nullable ProcessorContext<MetricsKey, byte[]> context;
    private @Nullable Cancellable pending;
    private @Nullable Cancellable deadline;

    public Announcer(Services services) {
      this.services = services;
    }

    @Override
    public void init(ProcessorContext<MetricsKey, byte[]> opened) {
      context = opened;
      pending = schedule(ANNOUNCE_AFTER, this::announce);
      services.view().onAlive();
      schedule(ALIVE_EVERY, now -> services.view().onAlive());
    }

    private Cancellable schedule(Duration after, Punctuator action) {
      return Objects.requireNonNull(context)
          .schedule(after, PunctuationType.WALL_CLOCK_TIME, action);
    }

    private void announce(long nowMs) {
      if (context == null || pending == null) {
        return;
      }
      int partition = context.taskId().partition();
      String owner = services.view().owner(partition);
      Announcement announcement = services.announcement();
      if (owner == null || !announcement.mayServe().getAsBoolean()) {
        return;
      }
      pending.cancel();
      context.forward(
          new Record<>(
              new MetricsKey.Owner(partition),
              new OwnerValue(owner, announcement.partitions(), Optional.of(announcement.service()))
                  .toBytes(),
              nowMs));
      context.commit();
    }

    /** Runs after the reader has applied the record. */
    @Override
    public void process(Record<byte[], byte[]> record) {
      OwnerValue by = displacedBy();
      if (by != null && deadline == null) {
        deadline =
            schedule(isForeign(by) ? AT_ONCE : announcement().closedWithin(), now -> judge());
      }
    }

    /** A task that a successor displaced is closed by now; this one is open. */
    private void judge() {
      if (deadline != null) {
        deadline.cancel();
        deadline = null;
      }
      OwnerValue by = displacedBy();
      if (by != null) {
        announcement().displaced().accept(by);
      }
    }

    private boolean isForeign(OwnerValue by) {
      return by.service()
          .filter(other -> !other.applicationId().equals(announcement().service().applicationId()))
          .isPresent();
    }

    private @Nullable OwnerValue displacedBy() {
      return context == null ? null : services.view().displacedBy(context.taskId().partition());
    }

    private Announcement announcement() {
      return services.announcement();
    }

    @Override
    public void close() {
      context = null;
      deadline = null;
    }
  }
}
