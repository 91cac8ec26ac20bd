package org.aragora.telemetry.processor.serve;

import java.time.Duration;
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
import org.jspecify.annotations.Nullable;

/**
 * Marks a new series as ripe in the partition, once this process has served it as 0 for long
 * enough. Every instance, this one too, serves the real value only after reading the mark back.
 */
public final class NewSeriesProcessor implements Processor<byte[], byte[], MetricsKey, byte[]> {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

  private final MetricsView view;
  private final Duration birth;
  private final LongSupplier nanoClock;
  private @Nullable Task task;

  /** {@code birth}: time for which a new series is served as 0. */
  public NewSeriesProcessor(MetricsView view, Duration birth, LongSupplier nanoClock) {
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
    task.pollIfAnyIsYoung();
  }

  @Override
  public void close() {
    task = null;
  }

  /** One life of the task; an aborted transaction ends it and undoes its marks. */
  private final class Task {
    private final ProcessorContext<MetricsKey, byte[]> context;
    private final int partition;
    private final ZeroServedTimer timer;
    private @Nullable Cancellable polls;

    Task(ProcessorContext<MetricsKey, byte[]> context) {
      this.context = context;
      this.partition = context.taskId().partition();
      this.timer = new ZeroServedTimer(birth, nanoClock.getAsLong());
    }

    /** Polls only while needed, because a task that polls has to commit even if nothing happens. */
    void pollIfAnyIsYoung() {
      if (polls == null && !view.young(partition).isEmpty()) {
        polls = context.schedule(POLL_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::poll);
      }
    }

    private void poll(long nowMs) {
      Set<SeriesKey> young = view.young(partition);
      Set<SeriesKey> servedAsZero = view.servesPartition(partition) ? young : Set.of();
      for (SeriesKey ripe : timer.refresh(nanoClock.getAsLong(), servedAsZero)) {
        context.forward(new Record<>(new MetricsKey.Ripe(ripe), new RipeValue().toBytes(), nowMs));
      }
      if (young.isEmpty() && polls != null) {
        polls.cancel();
        polls = null;
      }
    }
  }
}
