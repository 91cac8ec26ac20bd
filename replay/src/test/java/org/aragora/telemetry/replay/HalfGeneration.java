package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.processor.OfflinePipelines;
import org.aragora.telemetry.processor.ProcessorConfig;
import org.aragora.telemetry.processor.flow.PartitionPipeline;
import org.aragora.telemetry.replay.generation.GenerationReplay;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.Limit;
import org.aragora.telemetry.replay.read.Progress;
import org.aragora.telemetry.replay.read.RangeResolver;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.replay.read.Workers;

/** A replay that dies while it writes the stores of a generation. */
final class HalfGeneration {
  private HalfGeneration() {}

  /** {@code partitions}: how many input partitions are whole before it dies. */
  static void make(ProcessorConfig config, int partitions) {
    Consumers consumers = new Consumers(config.clientSettings());
    Workers workers = new Workers(consumers, config.topicPrefix(), 1);
    try (var consumer = consumers.committed("half")) {
      var range =
          new RangeResolver(consumer, config.topicPrefix(), false, Clock.systemUTC())
              .resolve(new Limit.Open(), new Limit.Open());
      GenerationReplay replay =
          new GenerationReplay(
              GenerationCommand.service(config),
              new Dying(OfflinePipelines.of(config), new AtomicInteger(partitions)),
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

  private record Dying(PartitionPipeline.Factory real, AtomicInteger left)
      implements PartitionPipeline.Factory {
    @Override
    public PartitionPipeline open(InputPartition partition, PartitionPipeline.Listeners listeners) {
      PartitionPipeline pipeline = real.open(partition, listeners);
      return (PartitionPipeline)
          Proxy.newProxyInstance(
              PartitionPipeline.class.getClassLoader(),
              new Class<?>[] {PartitionPipeline.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("entries") && left.getAndDecrement() <= 0) {
                  throw new ReplayException("killed");
                }
                try {
                  return method.invoke(pipeline, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    @Override
    public PartitionPipeline restore(
        InputPartition partition, PartitionPipeline.Listeners listeners, DataInputStream in)
        throws IOException {
      return real.restore(partition, listeners, in);
    }

    @Override
    public List<MetricDescriptor> metrics() {
      return real.metrics();
    }

    @Override
    public String rules() {
      return real.rules();
    }
  }
}
