package org.aragora.telemetry.benchmarks;

import org.aragora.telemetry.benchmarks.emit.EmitCost;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark emit}. */
@Command(
    name = "emit",
    description =
        "Time of emit on the caller's thread, and the producer library's throughput beside a raw KafkaProducer that"
            + " sends the same bytes with the same client settings; in turns, in one JVM, on an embedded broker.",
    mixinStandardHelpOptions = true)
final class EmitBenchmark extends BrokerBenchmark {
  @Option(
      names = "--events",
      defaultValue = "300000",
      description = "of each round (default 300,000)")
  private int events;

  @Option(names = "--partitions", defaultValue = "4", description = "per topic (default 4)")
  private int partitions;

  @Option(names = "--rate", defaultValue = "2000", description = "paced calls a second")
  private int rate;

  @Option(names = "--seconds", defaultValue = "20", description = "of paced calls (default 20)")
  private int seconds;

  @Option(names = "--rounds", defaultValue = "5", description = "measured, after one to warm up")
  private int rounds;

  @Option(names = "--seed", defaultValue = "1", description = "of the events (default 1)")
  private long seed;

  @Override
  void run(EmbeddedBroker broker) throws Exception {
    new EmitCost(broker.bootstrapServers(), partitions, seed, events, System.out)
        .run(rate, seconds, rounds);
  }
}
