package org.aragora.telemetry.benchmarks;

import org.aragora.telemetry.benchmarks.throughput.ThreadScaling;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark threads}. */
@Command(
    name = "threads",
    description =
        "The processor with one stream thread and with two, in turns over one backlog, with the CPU time of the"
            + " threads and of the embedded broker beside them.",
    mixinStandardHelpOptions = true)
final class ThreadsBenchmark extends BrokerBenchmark {
  @Option(names = "--events", defaultValue = "1000000", description = "backlog (default 1,000,000)")
  private int events;

  @Option(names = "--partitions", defaultValue = "4", description = "per topic (default 4)")
  private int partitions;

  @Option(
      names = "--runs",
      defaultValue = "5",
      description = "of each, alternating, after one to warm up")
  private int runs;

  @Option(names = "--seed", defaultValue = "1", description = "of the backlog (default 1)")
  private long seed;

  @Override
  void run(EmbeddedBroker broker) throws Exception {
    String prefix = "aragora.";
    BrokerTopics.create(broker.bootstrapServers(), prefix, partitions);
    new ThreadScaling(broker.bootstrapServers(), broker.pid(), partitions, System.out)
        .run(prefix, seed, events, runs);
  }
}
