package org.aragora.telemetry.benchmarks;

import java.nio.file.Files;
import org.aragora.telemetry.benchmarks.growth.Growth;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark growth}. */
@Command(
    name = "growth",
    description =
        "Throughput and live heap of the processor by series, partitions, size of an event and"
            + " instances, on an embedded broker. Writes comma-separated values, of which"
            + " docs/benchmarks/draw makes charts.",
    mixinStandardHelpOptions = true)
final class GrowthBenchmark extends BrokerBenchmark {
  @Option(
      names = "--events",
      defaultValue = "300000",
      description = "backlog of each point (default 300,000)")
  private int events;

  @Option(names = "--only", description = "one dimension, as the first column names it")
  private @Nullable String only;

  @Override
  void run(EmbeddedBroker broker) throws Exception {
    new Growth(broker.bootstrapServers(), Files.createTempDirectory("aragora-growth-"), System.out)
        .run(events, only);
  }
}
