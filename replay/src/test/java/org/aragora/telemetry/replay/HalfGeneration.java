package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.replay.generation.GenerationReplay;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.Limit;
import org.aragora.telemetry.replay.read.Progress;
import org.aragora.telemetry.replay.read.RangeResolver;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.replay.read.Workers;

/** A replay that dies while it writes a generation. */
final class HalfGeneration {
  private HalfGeneration() {}

  /** {@code partitions}: how many input partitions are whole before it dies. */
  static void make(ReplayConfig config, int partitions) {
    Consumers consumers = new Consumers(config.clientSettings());
    Workers workers = new Workers(consumers, config.topicPrefix(), 1);
    try (var consumer = consumers.committed("half")) {
      var range =
          new RangeResolver(consumer, config.topicPrefix(), false, Clock.systemUTC())
              .resolve(new Limit.Open(), new Limit.Open());
      GenerationReplay replay =
          new GenerationReplay(
              GenerationCommand.service(config),
              new PartitionCounters(
                  config.rules(),
                  () -> new MetricCatalog(config.topicPrefix(), config.rules().labelText()),
                  new Dying(new AtomicInteger(partitions))),
              new PrintWriter(new StringWriter()));
      assertThatThrownBy(
              () ->
                  replay.make(
                      range,
                      workers,
                      offsets -> new Progress(System.err, false, System::nanoTime, offsets)))
          .isInstanceOf(ReplayException.class)
          .hasMessageContaining("killed");
    }
  }

  /** Every partition asks once when it is written out. */
  private record Dying(AtomicInteger left) implements Handover {
    @Override
    public long deadLettersBefore(InputPartition partition) {
      return 0;
    }

    @Override
    public long servedBefore(InputPartition partition) {
      return 0;
    }

    @Override
    public long endBefore(InputPartition partition) {
      if (left.getAndDecrement() <= 0) {
        throw new ReplayException("killed");
      }
      return 0;
    }

    @Override
    public boolean isCaughtUp() {
      return true;
    }
  }
}
