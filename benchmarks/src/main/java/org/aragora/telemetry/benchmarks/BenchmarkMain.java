package org.aragora.telemetry.benchmarks;

import java.time.Clock;
import org.aragora.telemetry.benchmarks.throughput.Throughput;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark}. */
@Command(
    name = "benchmark",
    description =
        "Events per second of the processor on one thread from a backlog, beside a bare consumer"
            + " loop that decodes and counts the same records, on an embedded broker. With"
            + " --rivals: beside a textbook topology and Flink (benchmark --rivals --help).",
    subcommands = {
      EmitBenchmark.class,
      ExportersBenchmark.class,
      CodecBenchmark.class,
      FreshnessBenchmark.class,
      ProfileBenchmark.class,
      SeriesBenchmark.class,
      ThreadsBenchmark.class,
      GrowthBenchmark.class,
      PageBenchmark.class
    },
    mixinStandardHelpOptions = true)
public final class BenchmarkMain extends BrokerBenchmark {
  @Option(names = "--events", defaultValue = "2000000", description = "backlog (default 2,000,000)")
  private int events;

  @Option(names = "--partitions", defaultValue = "4", description = "per topic (default 4)")
  private int partitions;

  @Option(names = "--runs", defaultValue = "3", description = "of each, alternating (default 3)")
  private int runs;

  @Option(names = "--seed", defaultValue = "1", description = "of the backlog (default 1)")
  private long seed;

  private BenchmarkMain() {}

  /** Prints one line per run and the medians. */
  public static void main(String[] arguments) {
    System.exit(
        CommandMain.prepare(new CommandLine(new BenchmarkMain()))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  void run(EmbeddedBroker broker) throws Exception {
    String prefix = "aragora.";
    BrokerTopics.create(broker.bootstrapServers(), prefix, partitions);
    new Throughput(broker.bootstrapServers(), prefix, partitions, Clock.systemUTC())
        .run(seed, events, runs, System.out);
  }
}
