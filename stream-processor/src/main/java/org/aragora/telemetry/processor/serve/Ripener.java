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
 * Ends the birth of series: once this process has served one as 0 for long enough, it says so in
 * the partition itself. The value is shown by whoever has read that back, here as anywhere else.
 */
public final class Ripener implements Processor<byte[], byte[], MetricsKey, byte[]> {
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

  private final MetricsView view;
  private final Duration birth;
  private final LongSupplier nanoClock;
  private @Nullable Task task;

  /**
   * {@code birth}: how long a new series is served as 0; {@code nanoClock}: monotonic, nanoseconds.
   */
  public Ripener(MetricsView view, Duration birth, LongSupplier nanoClock) {
    this.view = view;
    this.birth = birth;
    this.nanoClock = nanoClock;
  }

  @Override
  public void init(ProcessorContext<MetricsKey, byte[]> context) {
    task = new Task(context);
  }

  /** The reader beside it has taken the record in. */
  @Override
  public void process(Record<byte[], byte[]> record) {
    if (task == null) {
      throw new IllegalStateException("the serve task is not open");
    }
    task.lookIfAnyIsYoung();
  }

  @Override
  public void close() {
    task = null;
  }

  /** One life of the task: an aborted transaction takes back what was said in it. */
  private final class Task {
    private final ProcessorContext<MetricsKey, byte[]> context;
    private final int partition;
    private final Births births;
    private @Nullable Cancellable looks;

    Task(ProcessorContext<MetricsKey, byte[]> context) {
      this.context = context;
      this.partition = context.taskId().partition();
      this.births = new Births(birth, nanoClock.getAsLong());
    }

    /** Only then: a task that looks has to commit, also where nothing happens. */
    void lookIfAnyIsYoung() {
      if (looks == null && !view.young(partition).isEmpty()) {
        looks = context.schedule(LOOK_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::look);
      }
    }

    private void look(long nowMs) {
      Set<SeriesKey> young = view.young(partition);
      Set<SeriesKey> servedAsZero = view.servesPartition(partition) ? young : Set.of();
      for (SeriesKey ripe : births.look(nanoClock.getAsLong(), servedAsZero)) {
        context.forward(new Record<>(new MetricsKey.Ripe(ripe), new RipeValue().toBytes(), nowMs));
      }
      if (young.isEmpty() && looks != null) {
        looks.cancel();
        looks = null;
      }
    }
  }
}
