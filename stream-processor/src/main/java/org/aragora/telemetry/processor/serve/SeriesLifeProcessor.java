package org.aragora.telemetry.processor.serve;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.RipeValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.processor.serve.parts.SeriesParts;
import org.jspecify.annotations.Nullable;

/**
 * Begins and ends series in the partition, by marks. A new series is marked as ripe once this
 * process has served it as 0 for long enough. A closed one is ended once its last value was served
 * as long: its parts are deleted, then its mark. The retired parts of a series that lives on are
 * merged, so that they are not more and more. Every instance, this one too, serves by a mark only
 * after reading it back.
 */
public final class SeriesLifeProcessor implements Processor<byte[], byte[], MetricsKey, byte[]> {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

  /** More new series are polled less often, so that polls take a few percent of the thread. */
  private static final int FEW_SERIES = 1000;

  private static final long NANOS_BETWEEN_POLLS_PER_SERIES = 20_000;

  private static final long MAX_NANOS_BETWEEN_POLLS = Duration.ofSeconds(1).toNanos();

  private final MetricsView view;
  private final Duration birth;
  private final LongSupplier nanoClock;
  private @Nullable Task task;

  /** {@code birth}: time for which a new series is served as 0. */
  public SeriesLifeProcessor(MetricsView view, Duration birth, LongSupplier nanoClock) {
    this.view = view;
    this.birth = birth;
    this.nanoClock = nanoClock;
  }

  @Override
  public void init(ProcessorContext<MetricsKey, byte[]> context) {
    task = new Task(context);
  }

  /** Runs after {@link ServeProcessor.Reader} has applied the record. */
  @Override
  public void process(Record<byte[], byte[]> record) {
    if (task == null) {
      throw new IllegalStateException("the serve task is not open");
    }
    task.pollIfNeeded();
  }

  @Override
  public void close() {
    task = null;
  }

  /** One life of the task; an aborted transaction ends it and undoes its marks. */
  private final class Task {
    private final ProcessorContext<MetricsKey, byte[]> context;
    private final int partition;
    private final ServedTimer<SeriesKey> zeroes;
    private final ServedTimer<Map.Entry<SeriesKey, SeriesParts>> lasts;
    private final Set<SeriesParts> merging = new HashSet<>();
    private @Nullable Cancellable polls;
    private long lastPollNanos = nanoClock.getAsLong();

    Task(ProcessorContext<MetricsKey, byte[]> context) {
      this.context = context;
      this.partition = context.taskId().partition();
      this.zeroes = new ServedTimer<>(birth, nanoClock.getAsLong());
      this.lasts = new ServedTimer<>(birth, nanoClock.getAsLong());
    }

    /** Polls only while needed, because a task that polls has to commit even if nothing happens. */
    void pollIfNeeded() {
      if (polls == null && isNeeded()) {
        polls = context.schedule(POLL_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::poll);
      }
    }

    private boolean isNeeded() {
      return !view.young(partition).isEmpty()
          || !view.closed(partition).isEmpty()
          || !view.crowded(partition).isEmpty();
    }

    private boolean isEarly() {
      long many = (long) view.young(partition).size() - FEW_SERIES;
      long nowNanos = nanoClock.getAsLong();
      if (nowNanos - lastPollNanos
          < Math.min(many * NANOS_BETWEEN_POLLS_PER_SERIES, MAX_NANOS_BETWEEN_POLLS)) {
        return true;
      }
      lastPollNanos = nowNanos;
      return false;
    }

    private void poll(long nowMs) {
      boolean served = view.servesPartition(partition);
      if (served && isEarly()) { // an interruption is never missed
        return;
      }
      Set<SeriesKey> young = view.young(partition);
      for (SeriesKey ripe : zeroes.refresh(nanoClock.getAsLong(), served ? young : Set.of())) {
        context.forward(new Record<>(new MetricsKey.Ripe(ripe), new RipeValue().toBytes(), nowMs));
      }
      Set<Map.Entry<SeriesKey, SeriesParts>> closed = new HashSet<>();
      if (served) {
        view.closed(partition)
            .forEach(
                (series, parts) -> {
                  if (!young.contains(series)) {
                    closed.add(Map.entry(series, parts));
                  }
                });
      }
      for (Map.Entry<SeriesKey, SeriesParts> ended : lasts.refresh(nanoClock.getAsLong(), closed)) {
        for (MetricsKey key : view.records(partition, ended.getKey())) {
          context.forward(new Record<>(key, null, nowMs));
        }
      }
      merging.retainAll(view.crowded(partition).values());
      if (served) {
        view.crowded(partition).forEach((series, parts) -> merge(series, parts, nowMs));
      }
      if (!isNeeded() && polls != null) {
        polls.cancel();
        polls = null;
      }
    }

    /** Once until it is read back. */
    private void merge(SeriesKey series, SeriesParts parts, long nowMs) {
      if (merging.add(parts)) {
        view.merged(partition, series)
            .forEach((key, value) -> context.forward(new Record<>(key, value.orElse(null), nowMs)));
      }
    }
  }
}
