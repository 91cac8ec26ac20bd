package org.aragora.telemetry.benchmarks.throughput;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.Limit;
import org.aragora.telemetry.replay.read.PartitionJob;
import org.aragora.telemetry.replay.read.PartitionReplay;
import org.aragora.telemetry.replay.read.Progress;
import org.aragora.telemetry.replay.read.RangeResolver;
import org.aragora.telemetry.replay.read.Workers;

/** The count of {@code replay} with one worker, in memory; one thread. */
public final class ReplayRun {
  private ReplayRun() {}

  /** Nanoseconds from the first record to the end of {@code events}. */
  public static long run(String bootstrapServers, String prefix, int events) {
    ProcessorConfig config =
        ProcessorConfig.read(
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", bootstrapServers,
                "ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix));
    Consumers consumers = new Consumers(config.clientSettings());
    AtomicLong startNanos = new AtomicLong();
    List<PartitionReplay> partitions;
    try (Consumer<byte[], byte[]> consumer = consumers.committed("range")) {
      partitions =
          PartitionReplay.all(
              new RangeResolver(consumer, prefix, false, Clock.systemUTC())
                  .resolve(new Limit.Open(), new Limit.Open()),
              new PartitionReplay.Keep(false, false),
              PartitionCounters.of(config.rules().forReplay(), prefix),
              null);
    }
    new Workers(consumers, prefix, 1)
        .run(
            partitions.stream().map(partition -> new Timed(partition, startNanos)).toList(),
            new Progress(
                new PrintStream(OutputStream.nullOutputStream()), false, System::nanoTime, events));
    long nanos = System.nanoTime() - startNanos.get();
    long counted =
        partitions.stream().mapToLong(partition -> partition.counter().ledger().counted()).sum();
    if (counted != events) {
      throw new IllegalStateException(counted + " of " + events + " events were replayed");
    }
    return nanos;
  }

  /** Notes when the first record came. */
  private record Timed(PartitionReplay replay, AtomicLong startNanos) implements PartitionJob {
    @Override
    public InputPartition partition() {
      return replay.partition();
    }

    @Override
    public long from() {
      return replay.from();
    }

    @Override
    public long to() {
      return replay.to();
    }

    @Override
    public void accept(ConsumerRecord<byte[], byte[]> record) {
      if (startNanos.get() == 0) {
        startNanos.set(System.nanoTime());
      }
      replay.accept(record);
    }

    @Override
    public void pause(long position) {
      replay.pause(position);
    }

    @Override
    public void done() {
      replay.done();
    }
  }
}
