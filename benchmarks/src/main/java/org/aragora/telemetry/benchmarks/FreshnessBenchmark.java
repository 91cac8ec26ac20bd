package org.aragora.telemetry.benchmarks;

import java.nio.file.Files;
import org.aragora.telemetry.benchmarks.freshness.Freshness;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark freshness}. */
@Command(
    name = "freshness",
    description =
        "Time from the append of an event to the scrape that has it, at half of the peak that the same run measures,"
            + " on an embedded broker; pauses of the processor's garbage collector.",
    mixinStandardHelpOptions = true)
final class FreshnessBenchmark extends BrokerBenchmark {
  @Option(
      names = "--events",
      defaultValue = "1000000",
      description = "backlog of which the peak is measured (default 1,000,000)")
  private int events;

  @Option(
      names = "--rate",
      defaultValue = "0",
      description = "of events a second; 0, the default, for half of the peak")
  private int rate;

  @Option(names = "--seconds", defaultValue = "40", description = "measured (default 40)")
  private int seconds;

  @Option(names = "--seed", defaultValue = "1", description = "of the events (default 1)")
  private long seed;

  @Option(
      names = "--collector",
      defaultValue = "G1",
      description = "of the processor's garbage: G1, Serial or Parallel (default G1)")
  private String collector = "G1";

  @Override
  void run(EmbeddedBroker broker) throws Exception {
    new Freshness(
            broker.bootstrapServers(), Files.createTempDirectory("aragora-freshness-"), System.out)
        .run(new Freshness.Load(seed, events, rate), seconds, collector);
  }
}
